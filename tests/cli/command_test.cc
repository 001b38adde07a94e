#include "catch.h"
#include "cli/parse/parse.h"
#include "cli/values.h"
#include "hotspot/known_jdks.h"

using namespace nmtx;

TEST_CASE("command line: a number is the process to reconcile") {
    const auto command =
        parse_command({"3938", "--json", "--effort=most", "--attach-timeout", "500ms"}).value();
    CHECK(command.verb == Verb::reconcile);
    CHECK(command.target.pid == 3938);
    CHECK(command.json());
    CHECK(command.effort == Effort::most);
    CHECK(command.attach_timeout == std::chrono::milliseconds(500));
}

TEST_CASE("command line: capture needs a process and a file") {
    const auto command = parse_command({"capture", "12", "-o", "x.nmtx"}).value();
    CHECK(command.verb == Verb::capture);
    CHECK(command.output == "x.nmtx");
    CHECK(parse_command({"capture", "12"}).error().what == "'nmtx capture' needs -o FILE");
    CHECK(parse_command({"capture", "12"}).error().hint == "usage: nmtx capture PID|NAME -o FILE");
    CHECK_FALSE(parse_command({"capture", "-o", "x"}).has_value());
    CHECK_FALSE(parse_command({"capture", "x.nmtx", "-o", "x"}).has_value());
}

TEST_CASE("command line: NMT can come from a file, or be left out") {
    CHECK(parse_command({"1", "--nmt", "nmt.txt"})->nmt_file == "nmt.txt");
    CHECK(parse_command({"1", "--nmt=off"})->nmt == false);
    CHECK(parse_command({"1", "--nmt", "-"})->nmt_file == "-");
}

TEST_CASE("command line: what cannot be meant is refused with what was typed") {
    CHECK(parse_command({"0"}).error().what == "'0' is not a process ID");
    CHECK_FALSE(parse_command({"99999999999999999999"}).has_value());
    CHECK(parse_command({"1", "--effort=all"}).error().what ==
          "--effort takes least, default or most, not 'all'");
    CHECK(parse_command({"1", "--attach=maybe"}).error().what == "--attach takes auto or never, not 'maybe'");
    CHECK(parse_command({"1", "--attach-timeout=soon"}).has_value() == false);
    CHECK_FALSE(parse_command({"1", "--attach-timeout=25h"}).has_value());
    CHECK_FALSE(parse_command({"1", "--no-such-option"}).has_value());
    CHECK_FALSE(parse_command({"1", "--al"}).has_value());
}

TEST_CASE("durations: seconds unless a unit says otherwise") {
    CHECK(parse_duration("10")->count() == 10000);
    CHECK(parse_duration("10s")->count() == 10000);
    CHECK(parse_duration("250ms")->count() == 250);
    CHECK(parse_duration("2m")->count() == 120000);
    CHECK_FALSE(parse_duration("").has_value());
    CHECK(parse_duration("2h")->count() == 7'200'000);
    CHECK(parse_duration("30d")->count() == 2'592'000'000);
    CHECK(parse_duration("3650d").has_value());
    CHECK_FALSE(parse_duration("3651d").has_value());
    CHECK_FALSE(parse_duration("1w").has_value());
    CHECK_FALSE(parse_duration("-1").has_value());
    CHECK_FALSE(parse_duration("99999999999999999999").has_value());
}

TEST_CASE("command line: malloc takes a process or a capture") {
    const auto live =
        parse_command({"malloc", "3938", "--owners", "--freeze", "--malloc-limit", "2G"}).value();
    CHECK(live.verb == Verb::malloc);
    CHECK(live.target.pid == 3938);
    CHECK(live.target.file.empty());
    CHECK(live.malloc.owners);
    CHECK(live.malloc.freeze);
    CHECK(live.malloc.malloc_walk);
    CHECK(live.malloc.malloc_limit == mib(2048));
    CHECK(parse_command({"malloc", "x.nmtx"})->target.file == "x.nmtx");
    CHECK(parse_command({"malloc", "3938", "--peek", "1016"})->peek == Bytes(1016));
    CHECK_FALSE(parse_command({"malloc"}).has_value());
    CHECK(parse_command({"malloc", "0"}).error().what == "'0' is not a process ID");
}

TEST_CASE("command line: the walk can be left out of a report, and bounded") {
    CHECK_FALSE(parse_command({"12", "--malloc=never"})->malloc.malloc_walk);
    CHECK(parse_command({"12", "--malloc=auto"})->malloc.malloc_walk);
    CHECK(parse_command({"capture", "12", "-o", "x", "--malloc-limit=64K"})->malloc.malloc_limit == kib(64));
    CHECK(parse_command({"12", "--malloc=maybe"}).error().what ==
          "--malloc takes auto or never, not 'maybe'");
    CHECK(parse_command({"12", "--malloc-limit=lots"}).error().what ==
          "--malloc-limit takes a size such as 512m, 2GB or 1.5G, not 'lots'");
    CHECK_FALSE(parse_command({"12", "--malloc-limit=0"}).has_value());
}

TEST_CASE("command line: peek takes a process and an address, with or without 0x") {
    for (const char* address : {"7f2d54000030", "0x7f2d54000030", "0X7F2D54000030"}) {
        const auto command = parse_command({"peek", "12", address}).value();
        CHECK(command.verb == Verb::peek);
        CHECK(command.target.pid == 12);
        CHECK(command.address == Address{0x7f2d54000030});
    }
    CHECK(parse_command({"peek", "12"}).error().hint == "usage: nmtx peek PID|NAME ADDRESS");
    CHECK(parse_command({"peek", "12", "libc"}).error().what == "'libc' is not an address in hexadecimal");
    CHECK_FALSE(parse_command({"peek", "./x", "1000"}).has_value());
    CHECK_FALSE(parse_command({"peek", "12", "10000000000000000"}).has_value());
}

TEST_CASE("command line: options of the walk are refused where there is none") {
    CHECK_FALSE(parse_command({"malloc", "12", "--malloc=never"}).has_value());
    for (const char* option : {"--freeze", "--owners", "--malloc-limit=1g"})
        CHECK_FALSE(parse_command({"12", "--malloc=never", option}).has_value());
    CHECK_FALSE(parse_command({"malloc", "x.nmtx", "--owners"}).has_value());
    CHECK_FALSE(parse_command({"report", "x.nmtx", "--freeze"}).has_value());
    CHECK_FALSE(parse_command({"malloc", "x.nmtx", "--peek", "64"}).has_value());
    CHECK_FALSE(parse_command({"12", "--peek", "64"}).has_value());
    CHECK(parse_command({"malloc", "12", "--peek", "64", "--json"}).error().what ==
          "--peek shows memory contents, as text only");
}

TEST_CASE("command line: threads of a process or of a capture, in an order, some of them") {
    const auto live = parse_command({"threads", "12", "--interval", "500ms", "--sort=stack", "--top", "7",
                                     "--thread", "^worker-[0-9]+$"})
                          .value();
    CHECK(live.verb == Verb::threads);
    CHECK(live.target.pid == 12);
    CHECK(live.threads.interval == std::chrono::milliseconds(500));
    CHECK(live.threads.order == ThreadOrder::stack);
    CHECK(live.threads.top == 7U);
    CHECK(live.threads.match == "^worker-[0-9]+$");
    CHECK(parse_command({"threads", "12", "--interval=0"}).value().threads.interval.count() == 0);
    CHECK(parse_command({"threads", "x.nmtx", "--sort", "name"}).value().target.file == "x.nmtx");
    CHECK_FALSE(parse_command({"threads", "x.nmtx", "--interval=2s"}).has_value());
    CHECK_FALSE(parse_command({"threads", "12", "--interval=2h"}).has_value());
    CHECK_FALSE(parse_command({"threads", "12", "--sort=size"}).has_value());
    CHECK_FALSE(parse_command({"threads", "12", "--top=0"}).has_value());
    CHECK_FALSE(parse_command({"threads", "12", "--thread=("}).has_value());
    CHECK_FALSE(parse_command({"threads"}).has_value());
    CHECK_FALSE(parse_command({"12", "--top=3"}).has_value());
}

TEST_CASE("command line: the interval over which threads are measured goes with a running process") {
    CHECK(parse_command({"12", "--interval=2s"})->measure_threads);
    CHECK(parse_command({"capture", "12", "-o", "x", "--interval=0"})->measure_threads);
    CHECK_FALSE(parse_command({"12"})->measure_threads);
    CHECK_FALSE(parse_command({"report", "x.nmtx", "--interval=1s"}));
    CHECK_FALSE(parse_command({"malloc", "12", "--interval=1s"}));
    CHECK_FALSE(parse_command({"list", "--interval=1s"}));
}

TEST_CASE("command line: native stacks of the busiest threads or of one, of a running process alone") {
    const auto five = parse_command({"threads", "--stacks", "3938"}).value();
    CHECK(five.target.pid == 3938);
    CHECK(five.threads.stacks.busiest == 5);
    const auto some =
        parse_command({"threads", "3938", "--stacks=20", "--stack-of", "11", "--stack-of=12"}).value();
    CHECK(some.threads.stacks.busiest == 20);
    CHECK(some.threads.stacks.tids == std::vector<std::uint64_t>{11, 12});
    CHECK(parse_command({"threads", "3938", "--stacks=all"})->threads.stacks.all);
    CHECK_FALSE(parse_command({"threads", "3938"})->threads.stacks.any());
    CHECK_FALSE(parse_command({"threads", "3938", "--stacks=0"}));
    CHECK_FALSE(parse_command({"threads", "3938", "--stacks=many"}));
    CHECK_FALSE(parse_command({"threads", "3938", "--stack-of=0"}));
    CHECK_FALSE(parse_command({"threads", "x.nmtx", "--stacks"}));
    CHECK_FALSE(parse_command({"3938", "--stacks"}));
}

TEST_CASE("command line: allocations of a running process, for a time, within a budget") {
    const auto usual = parse_command({"allocs", "3938"}).value();
    CHECK(usual.verb == Verb::allocs);
    CHECK(usual.allocs.budget == 0.02);
    CHECK_FALSE(usual.allocs.live);
    CHECK_FALSE(usual.allocs.frees);
    CHECK(parse_command({"allocs", "3938", "--free"})->allocs.frees);
    const auto leak =
        parse_command({"allocs", "3938", "--live", "--budget", "0.5%", "--for=60s", "-o", "leak.pb.gz"})
            .value();
    CHECK(leak.allocs.live);
    CHECK(leak.allocs.budget == 0.005);
    CHECK(leak.record.length == std::chrono::seconds(60));
    CHECK(parse_command({"allocs", "3938", "--budget=10"})->allocs.budget == 0.1);
    for (const char* wrong : {"0", "51", "-1%", "nan", "2%%", "%", "much"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_command({"allocs", "3938", "--budget", wrong}));
    }
    CHECK_FALSE(parse_command({"allocs", "3938", "--for", "10ms"}));
    CHECK_FALSE(parse_command({"allocs", "3938", "-o", "leak.txt"}));
    CHECK_FALSE(parse_command({"allocs", "x.nmtx"}));
    CHECK_FALSE(parse_command({"malloc", "3938", "--budget", "1%"}));
}

TEST_CASE("sizes: bytes unless a unit says otherwise") {
    CHECK(parse_size("4096") == Bytes(4096));
    CHECK(parse_size("64K") == kib(64));
    CHECK(parse_size("512M") == mib(512));
    CHECK(parse_size("50MiB") == mib(50));
    CHECK_FALSE(parse_size("50iB").has_value());
    CHECK(parse_size("1G") == mib(1024));
    CHECK(parse_size("2Gi") == mib(2048));
    CHECK(parse_size("2GiB") == mib(2048));
    for (const std::string_view as_java : {"2g", "2G", "2GB", "2gb", "2gib", "2.0G", "2048m", "2048MB"})
        CHECK(parse_size(as_java) == mib(2048));
    CHECK(parse_size("1.5G") == mib(1536));
    CHECK(parse_size("0.5k") == Bytes(512));
    CHECK(parse_size("4096B") == Bytes(4096));
    for (const std::string_view wrong :
         {"2iB", "2i", "2GiBi", "2GiBB", "1.5", "1.5B", "1.G", ".5G", "1,5G", "1.5.5G", "1.1234567G", "2 GB"})
        CHECK_FALSE(parse_size(wrong).has_value());
    CHECK(parse_size("16777215T").has_value());
    CHECK_FALSE(parse_size("16777216T").has_value());
    CHECK_FALSE(parse_size("").has_value());
    CHECK_FALSE(parse_size("G").has_value());
    CHECK_FALSE(parse_size("-1").has_value());
}

TEST_CASE("command line: diff takes two moments, each a process or a capture") {
    const auto command = parse_command({"diff", "a.nmtx", "3938", "--unit=k", "-o", "b.nmtx"}).value();
    CHECK(command.verb == Verb::diff);
    CHECK(command.compared[0].file == "a.nmtx");
    CHECK(command.compared[0].is_file());
    CHECK(command.compared[1].pid == 3938);
    CHECK(command.unit == SizeScale::kib);
    CHECK(parse_command({"diff", "a", "b", "--force"})->force);
    CHECK(parse_command({"diff", "12", "13"})->compared[1].pid == 13);
    // A page can be made of any two; another name saves the one running process.
    for (const char* page : {"c.html", "./d/c.html"}) {
        CHECK(parse_command({"diff", "./a", "./b", "-o", page})->output == page);
        CHECK(parse_command({"diff", "12", "13", "-o", page}).has_value());
        CHECK(is_page_of_change(page));
    }
    CHECK_FALSE(is_page_of_change(".html"));
    CHECK_FALSE(is_page_of_change("c.html/"));
    CHECK(parse_command({"diff", "12", "12"}).error().hint ==
          "first: nmtx capture 12 -o BEFORE.nmtx, later: nmtx diff BEFORE.nmtx 12");
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"diff", "a"},
                                               {"diff", "a", "b", "c"},
                                               {"diff", "0", "b"},
                                               {"diff", "-", "-"},
                                               {"diff", "./a", "./b", "-o", "c"},
                                               {"diff", "12", "13", "-o", "c"},
                                               {"diff", "./a", "./b", "--freeze"},
                                               {"diff", "a", "b", "--unit=t"},
                                               {"12", "--unit=k"}}) {
        INFO(wrong.back());
        CHECK_FALSE(parse_command(wrong).has_value());
    }
}

TEST_CASE("command line: of NMT's own commands those are passed on that change nothing but its baseline") {
    CHECK(parse_command({"nmt", "12", "baseline"})->nmt_request == "baseline");
    CHECK(parse_command({"nmt", "12", "detail.diff", "scale=KB"})->nmt_request == "detail.diff scale=KB");
    CHECK(parse_command({"nmt", "12", "summary"})->target.pid == 12);
    CHECK(parse_command({"nmt", "12", "shutdown"}).error().what.find("never sends") != std::string::npos);
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"nmt", "12"},
                                               {"nmt", "12", "statistics"},
                                               {"nmt", "12", "summary shutdown"},
                                               {"nmt", "12", "summary", "shutdown"},
                                               {"nmt", "12", "summary", "scale=b shutdown"},
                                               {"nmt", "12", "baseline", "scale=b"},
                                               {"nmt", "12", "summary", "scale=b", "scale=b"},
                                               {"nmt", "./x", "summary"},
                                               {"nmt", "12", "summary", "--json"},
                                               {"nmt", "12", "summary", "--attach=never"}}) {
        INFO(wrong.back());
        CHECK_FALSE(parse_command(wrong).has_value());
    }
}

TEST_CASE("command line: the glossary takes a name of several words, a release, and no process") {
    CHECK(parse_command({"glossary"})->glossary_name.empty());
    CHECK(parse_command({"glossary", "other"})->glossary_name == "other");
    CHECK(parse_command({"glossary", "native", "memory", "tracking"})->glossary_name ==
          "native memory tracking");
    CHECK(parse_command({"glossary", "gc", "--jdk", "8"})->jdk == 8);
    CHECK_FALSE(parse_command({"glossary"})->jdk);
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"glossary", "gc", "--jdk", "7"},
                                               {"glossary", "gc", "--jdk", std::to_string(newest_jdk + 1)},
                                               {"glossary", "gc", "--jdk", "x"},
                                               {"glossary", "gc", "-o", "a"},
                                               {"glossary", "a", "b", "c", "d", "e"},
                                               {"12", "--jdk=17"}}) {
        INFO(wrong.back());
        CHECK_FALSE(parse_command(wrong).has_value());
    }
}

TEST_CASE("command line: fit takes a process or a capture, and a limit") {
    CHECK(parse_command({"fit", "12", "--limit", "2GiB"})->limit == mib(2048));
    CHECK(parse_command({"fit", "12"})->target.pid == 12);
    CHECK_FALSE(parse_command({"fit", "12"})->limit);
    CHECK(parse_command({"fit", "a.nmtx", "--limit=512M"})->target.file == "a.nmtx");
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"fit"},
                                               {"fit", "12", "13"},
                                               {"fit", "12", "--limit=0"},
                                               {"fit", "12", "--limit=much"},
                                               {"fit", "a.nmtx", "--freeze"},
                                               {"12", "--limit=2G"}}) {
        INFO(wrong.back());
        CHECK_FALSE(parse_command(wrong).has_value());
    }
}

TEST_CASE("command line: malloc asks for least, unless the snapshot is kept") {
    CHECK(parse_command({"malloc", "1", "--owners"})->effort == Effort::least);
    CHECK(parse_command({"malloc", "--match", "tomcat"})->effort == Effort::least);
    CHECK(parse_command({"malloc", "1", "--effort=default"})->effort == Effort::standard);
    CHECK(parse_command({"malloc", "1", "-o", "a.nmtx"})->effort == Effort::standard);
    CHECK(parse_command({"1", "--owners"})->effort == Effort::standard);
}

TEST_CASE("command line: watch asks for least, refreshes each 5 s, and walks malloc where it is told to") {
    const auto command = parse_command({"watch", "3938"}).value();
    CHECK(command.verb == Verb::watch);
    CHECK(command.target.pid == 3938);
    CHECK(command.effort == Effort::least);
    CHECK(command.every == std::chrono::seconds(5));
    CHECK_FALSE(command.walk_always);
    CHECK(command.malloc.malloc_walk);
    CHECK(parse_command({"watch", "1", "--every", "2s"})->every == std::chrono::seconds(2));
    CHECK(parse_command({"watch", "1", "--effort=default"})->effort == Effort::standard);
    CHECK(parse_command({"watch", "--malloc", "1"})->walk_always);
    CHECK(parse_command({"watch", "1", "--malloc"})->walk_always);
    CHECK_FALSE(parse_command({"watch", "1", "--malloc", "never"})->malloc.malloc_walk);
    CHECK(parse_command({"1"})->effort == Effort::standard);
}

TEST_CASE(
    "command line: watch refuses what a screen cannot be, or what would stop the target over and over") {
    for (const char* option :
         {"--all", "--maps", "--force", "--freeze", "--output=x", "--nmt=file", "--every=0", "--every=100ms",
          "--every=soon", "--every=90m", "--interval=1s", "--top=3", "--unit=k"}) {
        CAPTURE(option);
        CHECK_FALSE(parse_command({"watch", "1", option}).has_value());
    }
    CHECK_FALSE(parse_command({"watch", "x.nmtx"}).has_value());
    CHECK_FALSE(parse_command({"watch"}).has_value());
    CHECK_FALSE(parse_command({"1", "--every=2s"}).has_value());
}

TEST_CASE("command line: a ticket goes where its name says, as a directory, Markdown or HTML") {
    const auto command = parse_command({"ticket", "3938", "-o", "t", "--redact", "--record", "a.db"}).value();
    CHECK(command.verb == Verb::ticket);
    CHECK(command.target.pid == 3938);
    CHECK(command.redact);
    CHECK(command.history == "a.db");
    CHECK(parse_command({"ticket", "a.nmtx", "-o", "-"})->target.file == "a.nmtx");
    CHECK(ticket_form("t").value() == TicketForm::directory);
    CHECK(ticket_form("v1.2/").value() == TicketForm::directory);
    CHECK(ticket_form("..").value() == TicketForm::directory);
    CHECK(ticket_form("a.b/t.md").value() == TicketForm::markdown);
    CHECK(ticket_form("t.html").value() == TicketForm::html);
    CHECK(ticket_form("v1.2").error().hint == "for a directory with all of it: -o v1.2/");
    CHECK(ticket_form("t.nmtx").error().hint == "for a snapshot: nmtx capture PID -o FILE.nmtx");
    for (const char* name : {"t.pdf", ".md", "t.txt"}) CHECK_FALSE(ticket_form(name).has_value());
    CHECK_FALSE(parse_command({"ticket", "3938"}).has_value());
    CHECK_FALSE(parse_command({"ticket", "3938", "-o", "t.pdf"}).has_value());
    CHECK_FALSE(parse_command({"ticket", "3938", "-o", "t", "--json"}).has_value());
    CHECK_FALSE(parse_command({"3938", "--redact"}).has_value());
    CHECK_FALSE(parse_command({"malloc", "3938", "--record", "a.db"}).has_value());
    CHECK(parse_command({"report", "a.nmtx", "--redact"})->redact);
    CHECK(parse_command({"ticket", "1", "-o", "t", "--interval=1s"})->measure_threads);
    CHECK_FALSE(parse_command({"ticket", "a.nmtx", "-o", "t", "--interval=1s"}).has_value());
}

TEST_CASE("command: explain reads files, or standard input where none is named") {
    CHECK(parse_command({"explain"})->files == std::vector<std::string>{"-"});
    CHECK(parse_command({"explain", "a.txt", "-"})->files == std::vector<std::string>{"a.txt", "-"});
    CHECK(parse_command({"explain"})->verb == Verb::explain);
    CHECK_FALSE(parse_command({"explain", "-", "-"}));
    CHECK_FALSE(parse_command({"explain", "a.txt", "-o", "b"}));
}

TEST_CASE("command: doctor is of this host, of a process or of one that is chosen") {
    const auto parsed = [](const std::vector<std::string>& words) {
        const auto command = parse_command(words);
        REQUIRE(command);
        CHECK(command->verb == Verb::doctor);
        return command->target;
    };
    CHECK_FALSE(parsed({"doctor"}).given());
    CHECK(parsed({"doctor", "4711"}).pid == 4711);
    CHECK(parsed({"doctor", "tomcat"}).name == "tomcat");
    CHECK(parsed({"doctor", "--container", "web"}).container == "web");
    CHECK_FALSE(parse_command({"doctor", "x.nmtx"}));
    CHECK_FALSE(parse_command({"doctor", "1", "2"}));
    CHECK(parse_command({"watch", "1", "--json"})->json());
}
