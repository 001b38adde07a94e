#include "platform/jvm/jvm_list.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

const ListedJvm* in_list(const Expected<std::vector<ListedJvm>>& jvms, const Child& child) {
    if (!jvms) return nullptr;
    const auto found = std::find_if(jvms->begin(), jvms->end(),
                                    [&](const ListedJvm& jvm) { return jvm.pid == child.pid(); });
    return found == jvms->end() ? nullptr : &*found;
}

// Until it maps libjvm.so, which it does at a signal, it is no JVM.
void map_when_told(const TemporaryDirectory& directory) {
    sigset_t signals{};
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGUSR1);
    int number = 0;
    ::sigwait(&signals, &number);
    map_libjvm(directory);
}

}  // namespace

TEST_CASE("jvm list: a repeated search lists a JVM until it is known, and notices its end") {
    const TemporaryDirectory directory;
    Child jvm([&](auto ready) {
        map_libjvm(directory);
        ready();
    });
    SeenProcesses seen;
    const auto first = list_new_jvms(seen, {});
    REQUIRE(in_list(first, jvm) != nullptr);
    const ProcessStart start{jvm.pid(), in_list(first, jvm)->start_ticks};
    CHECK(in_list(list_new_jvms(seen, {}), jvm) != nullptr);
    CHECK(in_list(list_new_jvms(seen, {start}), jvm) == nullptr);
    CHECK(seen.has_met(start));
    jvm.end();
    CHECK(in_list(list_new_jvms(seen, {start}), jvm) == nullptr);
    CHECK_FALSE(seen.has_met(start));
}

TEST_CASE("jvm list: a repeated search lists what becomes a JVM late") {
    const TemporaryDirectory directory;
    sigset_t signals{};
    sigset_t before{};
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before);
    const Child late([&](auto ready) {
        ready();
        map_when_told(directory);
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    SeenProcesses seen;
    CHECK(in_list(list_new_jvms(seen, {}), late) == nullptr);
    CHECK(in_list(list_new_jvms(seen, {}), late) == nullptr);
    ::kill(late.id(), SIGUSR1);
    bool listed = false;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!listed && std::chrono::steady_clock::now() < deadline)
        listed = in_list(list_new_jvms(seen, {}), late) != nullptr;
    CHECK(listed);
}
