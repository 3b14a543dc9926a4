import { describe, expect, test } from "vitest";
import { healthOf, verifyCommand } from "../../src/pages/audit/device";
import { chosen, complete } from "../../src/pages/audit/options";

describe("the options of an audit device", () => {
  test("only what differs from what holds without them is sent, and of this type alone", () => {
    expect(chosen("file", { file_path: " /var/log/a.log ", mode: "0600", hmac_accessor: "false", log_raw: "false", uri: "http://x" })).toEqual({ file_path: "/var/log/a.log", hmac_accessor: "false" });
  });

  test("what a type can't do without has to be there", () => {
    expect(complete("file", {})).toBe(false);
    expect(complete("http", { uri: "https://logs.test" })).toBe(true);
    expect(complete("syslog", {})).toBe(true);
  });
});

test("a device's health is that of its own numbers", () => {
  const of = (device: string) => ({ device, cluster: "c" });
  const metrics = {
    Gauges: [{ Name: "vault.audit.writable", Value: 1, Labels: of("a/") }, { Name: "vault.audit.writable", Value: 0, Labels: of("b/") }, { Name: "vault.audit.spool_bytes", Value: 7, Labels: of("b/") }],
    Counters: [{ Name: "vault.audit.write_failures_total", Count: 3, Labels: of("b/") }],
  };
  expect(healthOf(metrics, "a/")).toEqual({ takes: true, failures: 0, waiting: null });
  expect(healthOf(metrics, "b/")).toEqual({ takes: false, failures: 3, waiting: 7 });
  expect(healthOf(metrics, "c/")).toEqual({ takes: null, failures: 0, waiting: null });
});

test.each([
  ["file/", "strongroom audit verify -path=file FILE"],
  ["a;reboot/", "strongroom audit verify -path='a;reboot' FILE"],
])("the log of %s is checked by a command that a shell reads as one", (path, command) => {
  expect(verifyCommand(path)).toBe(command);
});
