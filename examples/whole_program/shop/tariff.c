/* The shop's prices: of a shared library that the system's compiler builds as it always does.
   heddle does not see what happens in here. */

int price_of(int kind) { return kind == 0 ? 3 : 5; }

void add_price(int* sum, int kind) { *sum += price_of(kind); }
