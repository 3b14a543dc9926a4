import { describe, expect, test } from "vitest";
import { taken, typedChoice } from "../../src/components/severalChoices";

const CHOICES = [
  { id: "1", label: "eva" },
  { id: "2", label: "Evan" },
  { id: "3", label: "tom" },
];

describe("what may still be chosen", () => {
  test("what is chosen isn't offered again", () => {
    expect(taken(CHOICES, ["1"], "").map(({ id }) => id)).toEqual(["2", "3"]);
  });
  test("a text is looked for without regard to case", () => {
    expect(taken(CHOICES, [], "EV").map(({ id }) => id)).toEqual(["1", "2"]);
  });
  test("a long list is cut", () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ id: String(index), label: `name ${index}` }));
    expect(taken(many, [], "")).toHaveLength(100);
  });
});

test("a typed name stands for its id, and anything else for itself", () => {
  expect(typedChoice(CHOICES, " eva ")).toBe("1");
  expect(typedChoice(CHOICES, "3")).toBe("3");
  expect(typedChoice(CHOICES, "anna")).toBe("anna");
});
