import { describe, expect, test } from "vitest";
import { taken, typedChoices } from "../../src/components/severalChoices";

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
  expect(typedChoices(CHOICES, " eva ")).toEqual(["1"]);
  expect(typedChoices(CHOICES, "3")).toEqual(["3"]);
  expect(typedChoices(CHOICES, "anna")).toEqual(["anna"]);
  expect(typedChoices(CHOICES, "  ")).toEqual([]);
});

test("names with commas between them are several, but for a choice that is called so", () => {
  expect(typedChoices(CHOICES, "eva, anna,,3")).toEqual(["1", "anna", "3"]);
  expect(typedChoices([...CHOICES, { id: "4", label: "eva, tom" }], "eva, tom")).toEqual(["4"]);
});
