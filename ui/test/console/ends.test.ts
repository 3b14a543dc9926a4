import { describe, expect, test } from "vitest";
import { asksFirst } from "../../src/pages/console/ends";
import { parse } from "../../src/pages/console/run";

describe("what is hard to take back is asked first", () => {
  test.each([
    "write -f sys/seal",
    "strongroom write -force /v1/sys/seal/",
    "write -f sys//seal",
    "write -f sys/./seal",
    "write -f team/sys/step-down",
    "write -f sys/namespaces/team/web/seal",
    "write -f sys/namespaces/team/delete-sealed",
    "write -f sys/rotate",
    "write -f sys/rotate/keyring",
    "write sys/rekey/init secret_shares=1 secret_threshold=1",
    "write sys/rekey-recovery-key/update key=a",
    "write -f sys/generate-root/attempt",
    "write sys/generate-root-token/update key=a",
    "write sys/raw/core/x value=y",
    "patch sys/raw/core/x value=y",
    "write -f sys/snapshots/taken/daily/file/restore",
    "write sys/storage/raft/snapshot-force a=b",
    "write -f sys/restore/thaw",
    "write sys/remount from=a to=b",
    "write -f sys/region/promote",
    "write sys/leases/revoke lease_id=a",
    "write -f sys/leases/revoke-prefix/database",
    "write sys/revoke-issued a=b",
    "write auth/token/revoke token=a",
    "write -f auth/token/revoke-self",
    "write secret/destroy/web versions=1",
    "write -f database/rotate-root/main",
    "write pki/revoke serial_number=a",
    "delete a",
    "policy delete a",
  ])("%s", (line) => {
    expect(asksFirst(parse(line))).toBe(true);
  });

  test.each([
    "read sys/seal-status",
    "read sys/rotate/config",
    "list sys/raw",
    "write sys/wrapping/wrap a=b",
    "write -f sys/snapshots/take/daily",
    "write -f sys/sealed",
    "write -f sys/remounts",
    "write sys/leases/renew lease_id=a",
    "write -f sys/namespaces/api-lock/unlock/team",
    "write secret/data/sys-seal a=b",
    "write -f transit/keys/web/rotate",
    "kv put secret/a b=c",
  ])("but not: %s", (line) => {
    expect(asksFirst(parse(line))).toBe(false);
  });
});
