#include "catch.h"
#include "cli/conditions.h"
#include "cli/parse/parse.h"

using namespace nmtx;
using namespace std::chrono_literals;

namespace {

std::string refused(const std::vector<std::string>& arguments) {
    const auto command = parse_command(arguments);
    return command ? "" : command.error().what;
}

std::string hint_of(const std::vector<std::string>& arguments) {
    const auto command = parse_command(arguments);
    return command ? "" : command.error().hint;
}

}  // namespace

TEST_CASE("command line: record takes conditions, a directory, its bound and a program") {
    const auto command =
        parse_command({"record", "4711", "-o", "x.db", "--when", "usage 87.5%", "--when", "rss 2g", "--when",
                       "growth jvm/java heap 200m/10m", "--when", "end", "--when=term", "--evidence", "ev",
                       "--evidence-max", "64m", "--run", "./notify"})
            .value();
    const auto& when = command.evidence.when;
    REQUIRE(when.size() == 5);
    CHECK(when[0].kind == ConditionKind::usage);
    CHECK(when[0].percent == 87.5);
    CHECK(when[0].text == "usage 87.5%");
    CHECK(when[1].amount == mib(2048));
    CHECK(when[2].owner == "jvm/java heap");
    CHECK(when[2].amount == mib(200));
    CHECK(when[2].within == 10min);
    CHECK(when[3].kind == ConditionKind::ended);
    CHECK(when[4].kind == ConditionKind::terminated);
    CHECK(command.evidence.directory == "ev");
    CHECK(command.evidence.most == mib(64));
    CHECK(command.evidence.program == "./notify");
    CHECK(parse_command({"serve", "--when", "end", "--evidence", "ev"})->evidence.wanted());
    CHECK(parse_command({"record", "1", "-o", "x"})->evidence.most == mib(512));
}

TEST_CASE("command line: a growth without an owner is of RSS") {
    const auto condition = parse_condition(" growth  1g/1h ").value();
    CHECK(condition.owner.empty());
    CHECK(condition.amount == mib(1024));
    CHECK(condition.within == 1h);
}

TEST_CASE("command line: conditions that are none say what to type") {
    for (const char* bad :
         {"", "usage", "usage 0%", "usage 101%", "usage x", "rss", "rss 0", "rss -1", "growth", "growth 200m",
          "growth 200m/", "growth 200m/0s", "growth /10m", "end 3", "usage90%", "kill", "growth malloc"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_condition(bad));
    }
    CHECK(parse_condition("oom").error().what ==
          "--when takes 'usage 90%', 'rss 2g', 'growth 200m/10m', 'growth malloc 200m/10m', 'term' or 'end', "
          "not 'oom'");
    CHECK(parse_condition("rss").error().hint == "--when 'rss 2g'");
}

TEST_CASE("command line: --when and --evidence need each other") {
    const std::vector<std::string> record{"record", "1", "-o", "x.db"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), record.begin(), record.end());
        return more;
    };
    CHECK(refused(with({"--when", "end"})) == "--when needs a directory for the evidence");
    CHECK(hint_of(with({"--when", "end"})) == "add --evidence DIR");
    CHECK(refused(with({"--evidence", "d"})) == "--evidence needs a condition");
    CHECK(refused(with({"--run", "./x"})) == "--run needs a condition");
    CHECK(refused(with({"--when", "end", "--evidence", "d", "--run", "notify"})) ==
          "--run takes the path of a program, not 'notify'");
    CHECK(hint_of(with({"--when", "end", "--evidence", "d", "--run"})) == "--run PROGRAM");
    CHECK(refused(with({"--when", "end", "--evidence", "d", "--evidence-max", "1k"})) ==
          "--evidence-max 1k is too small: 1m or more");
    CHECK(parse_command({"trend", "x.db", "--run", "3"})->record.run == 3);
}
