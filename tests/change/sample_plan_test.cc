#include "change/sample_plan.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("light sample: that malloc was not walked is not blamed on --malloc=never") {
    CHECK(ReconciliationPlan({}).why_not_walked().why.find("--malloc=never") != std::string::npos);
    const Missing missing = LightSamplePlan(true).why_not_walked();
    CHECK(missing.why == "this snapshot is a light sample, which does not walk malloc's memory");
    CHECK(missing.hint.empty());
}
