// What is said of a command line that cannot be meant: what is wrong, and what to type instead.
#include "catch.h"
#include "cli/closest.h"
#include "cli/options/options.h"
#include "cli/parse/parse.h"
#include "cli/verbs/verbs.h"

using namespace nmtx;

namespace {

std::string wrong_with(const std::vector<std::string>& arguments) {
    const auto command = parse_command(arguments);
    return command ? "" : to_string(command.error());
}

}  // namespace

TEST_CASE("refusals: a mistyped command or option is named, with what was meant") {
    CHECK(wrong_with({"lst"}) ==
          "unknown command 'lst'. Did you mean 'list'?; for a JVM of that name: nmtx --match lst");
    CHECK(wrong_with({"repotr", "x.nmtx"}) ==
          "unknown command 'repotr'. Did you mean 'report'?; see nmtx --help");
    CHECK(wrong_with({"frobnicate", "x"}) ==
          "unknown command 'frobnicate'; nmtx --help lists the commands, nmtx list the JVMs");
    CHECK(wrong_with({"malloc", "1", "--onwers"}) ==
          "unknown option --onwers. Did you mean --owners?; see nmtx malloc --help");
    CHECK(wrong_with({"diff", "a", "b", "--scale=k"}) ==
          "unknown option --scale. Did you mean --unit?; see nmtx diff --help");
    CHECK(wrong_with({"1", "--zzzzzz"}) == "unknown option --zzzzzz; see nmtx --help");
    CHECK(wrong_with({"1", "-z"}) == "unknown option -z; see nmtx --help");
    CHECK(wrong_with({"1", "--al"}) == "unknown option --al. Did you mean --all?; see nmtx --help");
}

TEST_CASE("refusals: an option of another verb says of which") {
    CHECK(wrong_with({"1", "--limit=2g"}) == "--limit only applies to 'nmtx fit'; see nmtx --help");
    CHECK(wrong_with({"list", "-o", "x"}) == "-o does not apply to 'nmtx list'; see nmtx list --help");
    CHECK(wrong_with({"report", "x.nmtx", "--owners"}) ==
          "--owners does not apply to 'nmtx report'; see nmtx report --help");
}

TEST_CASE("refusals: every option that a verb does not take is refused, whatever its value") {
    for (const VerbEntry& entry : all_verbs()) {
        for (const OptionEntry& option : all_options()) {
            if (entry.takes(option.name)) continue;
            const std::string word = option.value.empty() ? "--" + std::string(option.name)
                                                          : "--" + std::string(option.name) + "=1";
            const std::string verb = entry.verb == Verb::reconcile ? "1" : std::string(entry.name);
            INFO(verb << " " << word);
            const std::string wrong = wrong_with({verb, word});
            CHECK(wrong.find("appl") != std::string::npos);
        }
    }
}

TEST_CASE("refusals: words that are missing or too many say how it is typed") {
    CHECK(wrong_with({"25548", "malloc"}) ==
          "unexpected argument 'malloc' (did you mean: nmtx malloc 25548?); see nmtx --help");
    CHECK(wrong_with({"12", "13"}) ==
          "unexpected argument '13'; one process at a time: usage: nmtx PID|NAME");
    CHECK(wrong_with({"diff", "a"}) == "missing argument; usage: nmtx diff BEFORE AFTER");
    CHECK(wrong_with({"diff", "a", "b", "c"}) == "unexpected argument 'c'; usage: nmtx diff BEFORE AFTER");
    CHECK(wrong_with({"malloc"}) ==
          "which process?; usage: nmtx malloc PID|NAME|FILE; nmtx list shows the JVMs");
    CHECK(wrong_with({"list", "x"}) == "unexpected argument 'x'; usage: nmtx list");
    CHECK(wrong_with({"report"}) == "which file?; usage: nmtx report FILE");
}

TEST_CASE("refusals: values that are missing, needless or given twice") {
    CHECK(wrong_with({"fit", "1", "--limit"}) == "--limit needs a value; --limit SIZE");
    CHECK(wrong_with({"1", "--json=5"}) == "--json takes no value; see nmtx --help");
    CHECK(wrong_with({"1", "--effort=most", "--effort=least"}) ==
          "--effort was given twice; see nmtx --help");
    CHECK(wrong_with({"glossary", "--format", "csv"}) ==
          "'nmtx glossary' has no csv output, only text and json; see nmtx glossary --help");
    CHECK(wrong_with({"glossary", "--format", "yaml"}) ==
          "--format takes text, json, csv or markdown, not 'yaml'; see nmtx glossary --help");
    CHECK(wrong_with({"glossary", "--json", "--format=text"}) ==
          "both text and json: choose one format; see nmtx glossary --help");
    CHECK(wrong_with({"1", "--window=1h"}) ==
          "--window needs a recording; add --record FILE.db, or: nmtx trend FILE.db --window");
}

TEST_CASE("refusals: a file where a process is needed, and the other way round") {
    CHECK(wrong_with({"x.nmtx"}) == "'x.nmtx' is a file; nmtx report x.nmtx");
    CHECK(wrong_with({"x.db"}) == "'x.db' is a file; nmtx trend x.db");
    CHECK(wrong_with({"dir/x"}) == "'dir/x' is a file; nmtx explain dir/x");
    CHECK(wrong_with({"report", "12"}) ==
          "'12' is a process ID, not a file; for the process: nmtx 12; for a file of that name: ./12");
    CHECK(wrong_with({"malloc", "x.nmtx", "--effort=most"}) ==
          "--effort needs a running process, not a saved snapshot; see nmtx malloc --help");
}

TEST_CASE(
    "targets: a process by its number, its name, its container or its command line; a file by its looks") {
    CHECK(parse_command({"4711"})->target.pid == 4711);
    const Target named = parse_command({"tomcat"})->target;
    CHECK(named.name == "tomcat");
    CHECK_FALSE(named.name_may_be_file);
    const Target either = parse_command({"malloc", "tomcat"})->target;
    CHECK(either.name == "tomcat");
    CHECK(either.name_may_be_file);
    for (const char* file : {"x.nmtx", "x.db", "./x", "a/b", "-"})
        CHECK(parse_command({"malloc", file})->target.file == file);
    CHECK(parse_command({"malloc", "org.example.Main"})->target.name == "org.example.Main");
    const auto contained = parse_command({"threads", "--container", "web"}).value();
    CHECK(contained.verb == Verb::threads);
    CHECK(contained.target.container == "web");
    CHECK(parse_command({"--match", "app[0-9]"})->target.match == "app[0-9]");
    CHECK(parse_command({"--match", "app[0-9]"})->verb == Verb::reconcile);
    CHECK(parse_command({"peek", "--container=web", "7f00"})->address == Address{0x7f00});
    CHECK(parse_command({"diff", "a.nmtx", "tomcat"})->compared[1].name == "tomcat");
    CHECK(parse_command({})->verb == Verb::choose);
    CHECK(parse_command({"--json"})->json());
    CHECK(wrong_with({"malloc", "12", "--match=x"}) ==
          "unexpected argument '12': --match chooses the process; see nmtx malloc --help");
    CHECK(wrong_with({"--match=x", "--container=y"}) ==
          "both --container and --match: use only one of them; see nmtx --help");
    CHECK_FALSE(parse_command({"--match=("}).has_value());
    CHECK_FALSE(parse_command({"malloc", "--match="}).has_value());
}

TEST_CASE("closest: one mistake in a short word, two in a longer one, none of another word") {
    const std::vector<std::string_view> known{"list", "malloc", "threads", "diff"};
    CHECK(closest("lst", known) == "list");
    CHECK(closest("lsit", known) == "list");
    CHECK(closest("mallocs", known) == "malloc");
    CHECK(closest("thraeds", known) == "threads");
    CHECK(closest("trheda", known).empty());
    CHECK(closest("dif", known) == "diff");
    CHECK(closest("tomcat", known).empty());
    CHECK(closest("", known).empty());
    CHECK(closest(std::string(100, 'l'), known).empty());
}

TEST_CASE("command line: colours, and when the exit code tells the verdict") {
    CHECK(parse_command({"1"})->color == ColorMode::automatic);
    CHECK(parse_command({"1", "--color"})->color == ColorMode::always);
    CHECK(parse_command({"--color", "never", "1"})->color == ColorMode::never);
    CHECK_FALSE(parse_command({"1", "--color=blue"}).has_value());
    CHECK(parse_command({"1", "--fail-on", "problem"})->fail_on == FailOn::problem);
    CHECK(parse_command({"explain", "--fail-on=warning"})->fail_on == FailOn::warning);
    CHECK_FALSE(parse_command({"malloc", "1", "--fail-on=warning"}).has_value());
    CHECK(parse_command({"1", "--format=json"})->json());
    CHECK(parse_command({"1", "--quiet"})->quiet);
    CHECK(parse_command({"diff", "a", "b", "--unit=auto"})->unit == std::nullopt);
}
