// Tests of keeping the first and the last of many.
#include "base/first_and_last.h"

#include "catch.h"

TEST_CASE("first and last: what lies between is handed back in the order in which it came") {
    nmtx::FirstAndLast<int> kept(2);
    std::vector<int> dropped;
    for (int i = 1; i <= 7; ++i) {
        if (const auto out = kept.add(i)) dropped.push_back(*out);
    }
    CHECK(dropped == std::vector{3, 4, 5});
    CHECK(kept.size() == 4);
    CHECK(kept.from_end(0) == 7);
    CHECK(kept.from_end(2) == 2);
    CHECK(kept.from_end(3) == 1);
    CHECK(kept.take() == std::vector{1, 2, 6, 7});
    CHECK(kept.empty());
}

TEST_CASE("first and last: few are all kept") {
    nmtx::FirstAndLast<int> kept(2);
    for (int i = 1; i <= 3; ++i) CHECK_FALSE(kept.add(i));
    CHECK(kept.take() == std::vector{1, 2, 3});
}
