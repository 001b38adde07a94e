// Without a browser there is nothing to test, and that is said: 77 is what ctest takes for "skipped".
#include <cstdio>

#include "browser/browser.h"
#include "run_tests.h"

int main(int argc, char** argv) {
    if (nmtx::test::chromium_program().empty()) {
        std::puts(
            "SKIPPED: the HTML report was NOT tested in a browser: /usr/bin/chromium is not there. Debian: "
            "apt-get install chromium. Elsewhere name a Chromium or Chrome in NMTX_CHROMIUM (Ubuntu's "
            "package is a stub for a snap).");
        return 77;
    }
    return nmtx::test::run_tests(argc, argv);
}
