// docs/reference/commands.md is made of the table of verbs. NMTX_ACCEPT=1 writes it anew.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "catch.h"
#include "cli/help/help.h"
#include "cli/verbs/verbs.h"
#include "paths.h"

namespace {

std::string page_of_commands() {
    std::string page =
        "# Commands\n\nWhat `nmtx --help` and `nmtx COMMAND --help` print. This page is made of the program's own table by\n"
        "`NMTX_ACCEPT=1 build/dev/tests/test_cli \"commands*\"`.\n\n```\n" +
        nmtx::help_text() + "```\n";
    for (const nmtx::VerbEntry& entry : nmtx::all_verbs())
        page += "\n## " + nmtx::title_of(entry) + "\n\n```\n" + nmtx::help_text(entry) + "```\n";
    return page;
}

}  // namespace

TEST_CASE("commands: the reference page is that of the table of verbs") {
    const std::string file = nmtx::test::source_dir() + "/docs/reference/commands.md";
    const std::string page = page_of_commands();
    if (std::getenv("NMTX_ACCEPT") != nullptr) std::ofstream(file, std::ios::binary) << page;
    std::ifstream in(file, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    CHECK(text.str() == page);
}
