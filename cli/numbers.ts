export * from "../src/core/number-texts.js";
