import { describe, expect, test } from "vitest";
import { ApiError } from "../../src/api/errors";
import { askedIn, backTo, refusalIn } from "../../src/pages/oidc/request";

describe("an application's request", () => {
  test("is told to the person, and passed on as it is", () => {
    const asked = askedIn("?client_id=c&redirect_uri=https%3A%2F%2Fwiki.example%2Fback&scope=openid+profile&state=s&prompt=login&max_age=60");
    expect(asked).toMatchObject({ clientId: "c", application: "wiki.example", scopes: ["openid", "profile"], prompt: "login" });
    expect(asked.parameters).toEqual({ client_id: "c", redirect_uri: "https://wiki.example/back", scope: "openid profile", state: "s", max_age: "60" });
  });

  test("is one request, though a parameter is there twice", () => {
    const asked = askedIn("?redirect_uri=https%3A%2F%2Fevil.example%2F&redirect_uri=https%3A%2F%2Fwiki.example%2F&client_id=c&client_id=d");
    expect(asked).toMatchObject({ clientId: "c", redirectUri: "https://evil.example/" });
    expect(asked.parameters).toEqual({ client_id: "c", redirect_uri: "https://evil.example/" });
  });

  test.each([
    ["com.example.app:/back", "com.example.app"],
    ["http://127.0.0.1:4000/back", "127.0.0.1:4000"],
    ["javascript:alert(1)", ""],
    [" data:text/html,x", ""],
    ["java\nscript:alert(1)", ""],
    ["/back", ""],
    ["", ""],
  ])("%s is %s", (uri, application) => {
    expect(askedIn(`?redirect_uri=${encodeURIComponent(uri)}`).application).toBe(application);
  });
});

describe("the way back", () => {
  test("keeps what the address has", () => {
    expect(backTo("https://wiki.example/back?a=1", { code: "c&d", state: "" })).toBe("https://wiki.example/back?a=1&code=c%26d");
  });

  test("never runs a script", () => {
    expect(backTo("javascript:alert(1)", { code: "c" })).toBeNull();
  });
});

test("a refusal in the form of OpenID Connect", () => {
  const error = (document: unknown) => new ApiError("invalid", 400, [], "POST", "x", 0, document);
  expect(refusalIn(error({ error: "access_denied", error_description: "not assigned" }))).toEqual({ code: "access_denied", description: "not assigned" });
  expect(refusalIn(error("text"))).toEqual({ code: "", description: "" });
});
