#include "run_tests.h"

int main(int argc, char** argv) {
    return nmtx::test::run_tests(argc, argv);
}
