#include "platform/os/background_work.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using std::chrono::milliseconds;

TEST_CASE("background work: what is stuck keeps only itself waiting") {
    BackgroundWork pool(8);
    std::atomic<bool> go_on = false;
    int done = 0;
    for (int i = 0; i < 5; ++i)
        pool.submit([&]() -> BackgroundWork::Done {
            while (!go_on) std::this_thread::sleep_for(milliseconds(1));
            return [&] { ++done; };
        });
    pool.submit([&]() -> BackgroundWork::Done { return [&] { done += 100; }; });
    CHECK(test::eventually([&] {
        pool.look();
        return done >= 100;
    }));
    CHECK(done == 100);
    go_on = true;
    CHECK(test::eventually([&] {
        pool.look();
        return done == 105;
    }));
    CHECK(pool.end(milliseconds(5000)));
}

TEST_CASE(
    "background work: there are no more threads than it may have, and the end does not wait for what is "
    "stuck") {
    std::atomic<bool> go_on = false;
    std::atomic<int> running = 0, most = 0;
    {
        BackgroundWork pool(3);
        for (int i = 0; i < 10; ++i)
            pool.submit([&]() -> BackgroundWork::Done {
                most = std::max(most.load(), ++running);
                while (!go_on) std::this_thread::sleep_for(milliseconds(1));
                --running;
                return {};
            });
        for (int i = 0; i < 20; ++i) {
            pool.look();
            std::this_thread::sleep_for(milliseconds(50));
        }
        CHECK(running == 3);
        const auto began = std::chrono::steady_clock::now();
        CHECK_FALSE(pool.end(milliseconds(100)));
        CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
        go_on = true;
        CHECK(pool.end(milliseconds(5000)));
    }
    CHECK(most == 3);
}

TEST_CASE("background work: a loop that polls its descriptor is told of each result") {
    BackgroundWork pool(2);
    bool done = false;
    pool.submit([&]() -> BackgroundWork::Done { return [&] { done = true; }; });
    pollfd news{pool.descriptor(), POLLIN, 0};
    CHECK(::poll(&news, 1, 20000) == 1);
    pool.look();
    CHECK(done);
    CHECK(::poll(&news, 1, 0) == 0);
    CHECK(pool.end(milliseconds(5000)));
}
