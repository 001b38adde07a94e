// The options and commands that findings name, held against what the JDK under test says that it has.
#include "findings/knowledge/jdk_offers.h"

#include <set>

#include "base/lines.h"
#include "catch.h"
#include "live/live_jvm.h"
#include "platform/jvm/attach.h"

using namespace nmtx;
using namespace nmtx::live;

namespace {

// "     uint TrimNativeHeapInterval                   = 0                    {product} {default}"
struct Flags {
    std::set<std::string, std::less<>> all;
    std::set<std::string, std::less<>> locked;  // diagnostic or experimental: refused unless unlocked
};

Flags flags_of(const Jdk& jdk) {
    std::vector<std::string> command = java_command(jdk);
    for (const char* option : {"-XX:+UnlockDiagnosticVMOptions", "-XX:+UnlockExperimentalVMOptions",
                               "-XX:+PrintFlagsFinal", "-version"})
        command.emplace_back(option);
    const Outcome printed = run(command);
    Flags flags;
    for (Lines lines(printed.out); lines.next();) {
        const std::string_view line = lines.line();
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const std::size_t end = line.find_last_not_of(" :", equals - 1);  // 8 has ":=" where it was set
        const std::size_t before = line.rfind(' ', end);
        if (end == std::string_view::npos || before == std::string_view::npos) continue;
        const std::string name(line.substr(before + 1, end - before));
        flags.all.insert(name);
        if (line.find("diagnostic}") != std::string_view::npos ||
            line.find("experimental}") != std::string_view::npos)
            flags.locked.insert(name);
    }
    return flags;
}

std::set<std::string, std::less<>> lines_of(std::string_view text) {
    std::set<std::string, std::less<>> all;
    for (Lines lines(text); lines.next();) all.emplace(lines.line());
    return all;
}

std::string answer(const LiveJvm& jvm, std::string_view question) {
    const auto process = ProcessFiles::open(static_cast<std::uint64_t>(jvm.pid()));
    REQUIRE(process);
    auto client = AttachClient::open(*process);
    REQUIRE(client);
    const auto reply = client->ask(question, std::chrono::seconds(20));
    REQUIRE(reply);
    REQUIRE(reply->rc == 0);
    return reply->text;
}

}  // namespace

TEST_CASE("live: what findings may name is what this JDK has, no more and no less") {
    const Jdk jdk = jdk_under_test();
    const Flags flags = flags_of(jdk);
    REQUIRE(flags.all.size() > 500);
    const LiveJvm jvm(jdk, {"-Xmx64m"}, {});
    const auto commands = lines_of(answer(jvm, "help"));
    REQUIRE(commands.count("VM.version") == 1);
    const std::string version_text = answer(jvm, "VM.version");
    ProcessView view;
    const auto version = parse_vm_version(version_text);
    REQUIRE(version);
    view.version = *version;
    REQUIRE(view.java_feature() == jdk.feature);
    for (const JdkOffer& offer : jdk_offers()) {
        CAPTURE(offer.name, version_text);
        const bool option = offer.name.starts_with("-XX:");
        const std::string_view name = option ? offer.name.substr(4) : offer.name;
        CHECK(jdk_has(view, offer.name) == ((option ? flags.all : commands).count(name) == 1));
        CHECK((!jdk_has(view, offer.name) || flags.locked.count(name) == 0));
    }
}
