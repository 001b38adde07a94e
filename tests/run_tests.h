#pragma once

namespace nmtx::test {

// Runs the test cases of the program that is linked, as Catch2's command line says. What main() returns: 0 if
// none failed.
int run_tests(int argc, char** argv);

// Does a test case run, so that CHECK has one to fail?
bool in_test_case();

}  // namespace nmtx::test
