import { describe, expect, test } from "vitest";
import { changesOf, customOf, formOf, type SecretMetadata, versionsOf } from "../../src/pages/kv/secret_metadata";

const METADATA: SecretMetadata = {
  created_time: "2026-01-01T00:00:00Z",
  updated_time: "2026-01-02T00:00:00Z",
  current_version: 4,
  current_metadata_version: 2,
  oldest_version: 0,
  max_versions: 0,
  cas_required: false,
  metadata_cas_required: false,
  delete_version_after: "0s",
  custom_metadata: { owner: "eva", ticket: "A-1" },
  versions: {
    "1": { created_time: "2026-01-01T00:00:00Z", deletion_time: "2026-01-02T00:00:00Z", destroyed: true },
    "2": { created_time: "2026-01-01T01:00:00Z", deletion_time: "2026-01-02T00:00:00Z", destroyed: false },
    "3": { created_time: "2026-01-01T02:00:00Z", deletion_time: "", destroyed: false },
    "4": { created_time: "2026-01-01T03:00:00Z", deletion_time: "2026-03-01T00:00:00Z", destroyed: false },
  },
};

test("versions are the newest first, each in its state", () => {
  const states = versionsOf(METADATA, new Date("2026-02-01T00:00:00Z")).map(({ number, state }) => [number, state]);
  expect(states).toEqual([
    [4, "current"],
    [3, "kept"],
    [2, "deleted"],
    [1, "destroyed"],
  ]);
});

test("a version that is deleted at a time is so from then on", () => {
  expect(versionsOf(METADATA, new Date("2026-03-01T00:00:00Z"))[0]?.state).toBe("deleted");
});

describe("the form of metadata", () => {
  const form = formOf(METADATA);

  test("has a field for each name by which a secret is due, and rows for others", () => {
    expect(form).toMatchObject({ owner: "eva", expires_at: "", rotate_after: "", custom: [["ticket", "A-1"]] });
  });

  test("sends nothing that didn't change", () => {
    expect(changesOf(METADATA, form, false)).toEqual({});
  });

  test("sends custom metadata as a whole, for they are replaced", () => {
    expect(changesOf(METADATA, { ...form, owner: "", rotate_after: " 90d " }, false)).toEqual({ custom_metadata: { rotate_after: "90d", ticket: "A-1" } });
  });

  test("removes by null in a patch", () => {
    expect(changesOf(METADATA, { ...form, custom: [] }, true)).toEqual({ custom_metadata: { owner: "eva", ticket: null } });
  });

  test("sends settings in their types", () => {
    expect(changesOf(METADATA, { ...form, max: null, after: "", cas: true }, false)).toEqual({ cas_required: true, max_versions: 0, delete_version_after: "0s" });
  });

  test("names what is there twice", () => {
    expect(customOf({ ...form, custom: [["owner", "ann"]] }).twice).toBe("owner");
  });
});
