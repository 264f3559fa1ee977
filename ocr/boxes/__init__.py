"""Writing in comb boxes, one character each: numbers, amounts, dates."""
