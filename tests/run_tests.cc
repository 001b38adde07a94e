// Catch2 3.x is a library; of 2.x the whole implementation is compiled here, once for all test programs.
#include "run_tests.h"

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

namespace nmtx::test {

int run_tests(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}

}  // namespace nmtx::test
