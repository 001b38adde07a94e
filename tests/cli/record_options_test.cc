#include "catch.h"
#include "cli/parse/parse.h"

using namespace nmtx;
using namespace std::chrono_literals;

namespace {

std::string refusal(const std::vector<std::string>& arguments) {
    const auto command = parse_command(arguments);
    return command ? "" : command.error().what;
}

}  // namespace

TEST_CASE("command line: record takes a process, a file, and how often") {
    const auto command = parse_command({"record", "3938", "--every", "30s", "--for", "2h", "--walk-every=12",
                                        "--wait=5m", "-o", "x.db"})
                             .value();
    CHECK(command.verb == Verb::record);
    CHECK(command.target.pid == 3938);
    CHECK(command.output == "x.db");
    CHECK(command.record.every == 30s);
    CHECK(command.record.length == 2h);
    CHECK(command.record.walk_every == 12U);
    CHECK(command.record.wait == 5min);
    const auto plain = parse_command({"record", "1", "-o", "x"}).value();
    CHECK(plain.record.every == 10s);
    CHECK_FALSE(plain.record.length);
    CHECK_FALSE(plain.record.walk_every);
    CHECK(parse_command({"record", "1", "-o", "x", "--walk-every=never"})->record.walk_every == 0U);
    CHECK_FALSE(parse_command({"record", "1", "-o", "x", "--walk-every=auto"})->record.walk_every);
}

TEST_CASE("command line: record --all takes no process") {
    const auto command = parse_command({"record", "--all", "-o", "x.db"}).value();
    CHECK(command.verb == Verb::record);
    CHECK(command.all);
    CHECK(refusal({"record", "--all", "12", "-o", "x.db"}) ==
          "--all records every JVM: leave the process out");
    CHECK(refusal({"record", "-o", "x.db"}) == "which process?");
}

TEST_CASE("command line: what makes no record is refused") {
    CHECK(refusal({"record", "12"}) == "'nmtx record' needs -o FILE.db");
    CHECK(refusal({"record", "./x", "-o", "x.db"}) == "'./x' is a file, and a running process is needed");
    CHECK(refusal({"record", "12", "-o", "-"}) != "");
    for (const char* bad :
         {"--every=0", "--every=5ms", "--every=soon", "--for=0", "--walk-every=0", "--walk-every=x",
          "--walk-every=9999999999999", "--wait=-1", "--freeze", "--nmt=file", "--json", "--csv"}) {
        CAPTURE(bad);
        CHECK_FALSE(refusal({"record", "12", "-o", "x.db", bad}).empty());
    }
    CHECK(refusal({"12", "--every=1s"}) ==
          "--every only applies to 'nmtx watch', 'nmtx record' and 'nmtx serve'");
}

TEST_CASE("command line: trend takes a record, a window, a run") {
    const auto command =
        parse_command({"trend", "x.db", "--window", "1h", "--run", "3", "--warm-up=0", "--csv"}).value();
    CHECK(command.verb == Verb::trend);
    CHECK(command.target.file == "x.db");
    CHECK(command.record.window == 1h);
    CHECK(command.record.run == 3);
    CHECK(command.record.warm_up == 0s);
    CHECK(command.format == Format::csv);
    CHECK(parse_command({"trend", "x.db", "--json"})->json());
    CHECK(refusal({"trend", "x.db", "--json", "--csv"}) == "both json and csv: choose one format");
    CHECK(refusal({"trend"}) == "which file?");
    CHECK_FALSE(refusal({"trend", "x.db", "--window=0"}).empty());
    CHECK_FALSE(refusal({"trend", "x.db", "--run=first"}).empty());
    CHECK(refusal({"list", "--window=1h"}) == "--window does not apply to 'nmtx list'");
}

TEST_CASE("command line: gate takes a process or a file, a baseline and a bound") {
    const auto live = parse_command({"gate", "12", "--baseline", "b.nmtx", "--max-growth", "50MiB"}).value();
    CHECK(live.verb == Verb::gate);
    CHECK(live.target.pid == 12);
    CHECK(live.target.file.empty());
    CHECK(live.record.baseline == "b.nmtx");
    CHECK(live.record.max_growth == mib(50));
    CHECK(parse_command({"gate", "now.db", "--baseline=b", "--max-growth=0"})->target.file == "now.db");
    CHECK(parse_command({"gate", "1", "--baseline=b", "--max-growth=1G", "--owner", "malloc/untracked"})
              ->record.owner == "malloc/untracked");
    CHECK(refusal({"gate", "12", "--max-growth=1G"}) == "'nmtx gate' needs --baseline FILE");
    CHECK(refusal({"gate", "12", "--baseline=b"}) == "'nmtx gate' needs --max-growth SIZE");
    CHECK(refusal({"gate", "12", "--baseline=b", "--max-growth=much"}) ==
          "--max-growth takes a size such as 512m, 2GB or 1.5G, not 'much'");
    CHECK(refusal({"12", "--max-growth=1G"}) == "--max-growth only applies to 'nmtx gate'");
}

TEST_CASE("command line: a record gives a report its history") {
    const auto command = parse_command({"3938", "--record", "x.db", "--window=2h", "--run=3"}).value();
    CHECK(command.verb == Verb::reconcile);
    CHECK(command.history == "x.db");
    CHECK(command.record.window == 2h);
    CHECK(command.record.run == 3);
    CHECK(parse_command({"report", "x.nmtx", "--record=x.db"})->history == "x.db");
    CHECK(refusal({"malloc", "12", "--record=x.db"}) == "--record does not apply to 'nmtx malloc'");
    CHECK(refusal({"report", "x.nmtx", "--record=x.db", "--redact"}) ==
          "--redact does not cover the recording in this report");
    CHECK(refusal({"12", "--record", ""}) == "--record is empty");
    CHECK(refusal({"fit", "12", "--csv"}) == "--csv does not apply to 'nmtx fit'");
}
