#include "cli/command.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("command line: a number is the process to reconcile") {
    const auto command =
        parse_command({"3938", "--json", "--effort=most", "--attach-timeout", "500ms"}).value();
    CHECK(command.verb == Verb::reconcile);
    CHECK(command.pid == 3938);
    CHECK(command.json);
    CHECK(command.effort == Effort::most);
    CHECK(command.attach_timeout == std::chrono::milliseconds(500));
}

TEST_CASE("command line: capture needs a process and a file") {
    const auto command = parse_command({"capture", "12", "-o", "x.nmtx"}).value();
    CHECK(command.verb == Verb::capture);
    CHECK(command.output == "x.nmtx");
    CHECK(parse_command({"capture", "12"}).error().what == "`nmtx capture` needs -o FILE");
    CHECK_FALSE(parse_command({"capture", "-o", "x"}).has_value());
    CHECK_FALSE(parse_command({"capture", "x", "-o", "x"}).has_value());
}

TEST_CASE("command line: NMT can come from a file, or be left out") {
    CHECK(parse_command({"1", "--nmt", "nmt.txt"})->nmt_file == "nmt.txt");
    CHECK(parse_command({"1", "--nmt=off"})->nmt == false);
    CHECK(parse_command({"1", "--nmt", "-"})->nmt_file == "-");
}

TEST_CASE("command line: what cannot be meant is refused with what was typed") {
    CHECK(parse_command({}).error().what == "which process? give its PID");
    CHECK(parse_command({"0"}).error().what == "0 is no process id");
    CHECK(parse_command({"99999999999999999999"}).error().what == "99999999999999999999 is no process id");
    CHECK(parse_command({"12", "13"}).error().what == "one process at a time; '13' is too much");
    CHECK(parse_command({"frobnicate"}).error().what == "'frobnicate' is neither a process id nor a verb");
    CHECK(parse_command({"1", "--effort=all"}).error().what ==
          "--effort is least, default or most, not 'all'");
    CHECK(parse_command({"1", "--attach=maybe"}).error().what == "--attach is auto or never, not 'maybe'");
    CHECK(parse_command({"1", "--attach-timeout=soon"}).has_value() == false);
    CHECK_FALSE(parse_command({"1", "--no-such-option"}).has_value());
    CHECK_FALSE(parse_command({"1", "--al"}).has_value());
}

TEST_CASE("durations: seconds unless a unit says otherwise") {
    CHECK(parse_duration("10")->count() == 10000);
    CHECK(parse_duration("10s")->count() == 10000);
    CHECK(parse_duration("250ms")->count() == 250);
    CHECK(parse_duration("2m")->count() == 120000);
    CHECK_FALSE(parse_duration("").has_value());
    CHECK_FALSE(parse_duration("1h").has_value());
    CHECK_FALSE(parse_duration("-1").has_value());
    CHECK_FALSE(parse_duration("99999999999999999999").has_value());
}
