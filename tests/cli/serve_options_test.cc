#include <string>
#include <vector>

#include "catch.h"
#include "cli/listen_address.h"
#include "cli/parse/parse.h"

using namespace nmtx;

namespace {

Expected<Command> parsed(std::vector<std::string> words) {
    words.insert(words.begin(), "serve");
    auto command = parse_command(words);
    if (!command) return command;
    if (auto checked = check_command(*command); !checked) return tl::make_unexpected(checked.error());
    return command;
}

}  // namespace

TEST_CASE("serve: HTTP on loopback unless told otherwise") {
    const auto command = parsed({});
    REQUIRE(command);
    CHECK(command->verb == Verb::serve);
    CHECK(command->serve.serves_http());
    CHECK(command->serve.listen_address() == ListenAddress{"127.0.0.1", 9470});
    CHECK(command->serve.cpu_budget_percent == 0.2);
    CHECK_FALSE(command->serve.pid_label);
}

TEST_CASE("serve: a text file alone opens no port") {
    CHECK_FALSE(parsed({"--textfile", "/tmp"})->serve.serves_http());
    CHECK(parsed({"--textfile", "/tmp", "--listen", "127.0.0.1:1"})->serve.serves_http());
    CHECK_FALSE(parsed({"--textfile", "/tmp", "--web.config", "f"}));
}

TEST_CASE("serve: neither does an OTLP file alone") {
    const auto command = parsed({"--otlp", "/tmp/metrics.jsonl"});
    REQUIRE(command);
    CHECK(command->serve.otlp == "/tmp/metrics.jsonl");
    CHECK_FALSE(command->serve.serves_http());
    CHECK(parsed({"--otlp", "f", "--listen", "127.0.0.1:1"})->serve.serves_http());
    CHECK_FALSE(parsed({"--otlp", "f", "--textfile", "/tmp"})->serve.serves_http());
    CHECK_FALSE(parsed({"--otlp"}));
    CHECK_FALSE(parsed({"--otlp", ""}));
}

TEST_CASE("serve: an address that others reach needs a token") {
    for (const char* address :
         {"0.0.0.0:9470", "10.0.0.1:9470", "[::]:9470", "[fe80::1]:1", "[::ffff:127.0.0.1]:1"}) {
        INFO(address);
        CHECK_FALSE(parsed({"--listen", address}));
        CHECK(parsed({"--listen", address, "--web.config", "web.yml"}));
    }
    for (const char* address : {"127.0.0.1:0", "127.1.2.3:9470", "[::1]:9470"})
        CHECK(parsed({"--listen", address}));
}

TEST_CASE("serve: addresses that are none") {
    for (const char* text :
         {"", ":", ":9470", "9470", "localhost:9470", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
          "127.0.0.1:-1", "127.0.0.1:9470x", "127.0.0:1", "127.0.0.256:1", "127.0.0.1.1:1", "::1:9470",
          "[::1]", "[]:1", "[1]:1", "[::1:1", "1.1.1.1 :1"}) {
        INFO(text);
        CHECK_FALSE(parse_listen_address(text));
    }
    CHECK(parse_listen_address("[::1]:80")->ip == "::1");
}

TEST_CASE("serve: the budget is a percentage of one core") {
    CHECK(parsed({"--cpu-budget", "1"})->serve.cpu_budget_percent == 1);
    CHECK(parsed({"--cpu-budget", "0.5%"})->serve.cpu_budget_percent == 0.5);
    for (const char* text : {"0", "-1", "101", "x", "%", "1%%", "1 %", "nan", "inf"}) {
        INFO(text);
        CHECK_FALSE(parsed({"--cpu-budget", text}));
    }
    CHECK_FALSE(parsed({"--every", "100ms"}));
    CHECK_FALSE(parsed({"4711"}));
}
