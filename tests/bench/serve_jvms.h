// JVMs for bench_serve_cost: idle ones, and one in which a native thread times mmap and munmap.
#pragma once

#include <dlfcn.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "started_program.h"

namespace nmtx::bench {

constexpr std::size_t page_bytes = 4096;

// Target of fixtures/targets: it says "ready …".
class IdleJvm {
  public:
    IdleJvm(const std::string& java, const std::string& classes)
        : program_({java, "-Xmx16m", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:NativeMemoryTracking=summary",
                    "-cp", classes, "Target"}) {}
    [[nodiscard]] bool wait_until_ready() const { return program_.line().has_value(); }
    [[nodiscard]] std::string pid() const { return program_.pid(); }

  private:
    StartedProgram program_;
};

// A HotSpot JVM in a child of this program. A thread of it maps 64 KiB, touches a page and unmaps it, every
// half millisecond; how long that took, it leaves in memory that both share.
class TimedJvm {
  public:
    static constexpr std::size_t most_times = std::size_t{1} << 20U;
    struct Shared {
        std::atomic<bool> ready{false};
        std::atomic<std::size_t> count{0};
        std::array<float, most_times> microseconds;
    };

    // `touched`: resident bytes in pages of 4 KiB, in `mappings` of them.
    TimedJvm(const std::string& java, std::size_t touched, std::size_t mappings) {
        void* memory =
            mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) std::abort();
        shared_ = new (memory) Shared;
        pid_ = fork();
        if (pid_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        become_jvm(java);
        fill(touched, mappings);
        shared_->ready = true;
        time_for_ever(*shared_);
    }
    TimedJvm(const TimedJvm&) = delete;
    TimedJvm& operator=(const TimedJvm&) = delete;
    ~TimedJvm() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        munmap(shared_, sizeof(Shared));
    }

    [[nodiscard]] bool wait_until_ready() const {
        while (!shared_->ready) {
            if (waitpid(pid_, nullptr, WNOHANG) != 0) return false;
            poll(nullptr, 0, 20);
        }
        return true;
    }
    [[nodiscard]] std::size_t count() const { return shared_->count; }
    // Those of which the index is `from` or later.
    [[nodiscard]] std::vector<double> microseconds_since(std::size_t from) const {
        const std::size_t end = std::min(count(), most_times);
        std::vector<double> times;
        for (std::size_t i = from; i < end; ++i) times.push_back(shared_->microseconds.at(i));
        return times;
    }
    [[nodiscard]] std::string pid() const { return std::to_string(pid_); }

  private:
    // The structures of JNI's Invocation API, chapter 5 of its specification.
    struct VmOption {
        const char* text;
        void* extra;
    };
    struct VmArguments {
        std::int32_t version;
        std::int32_t count;
        VmOption* options;
        std::uint8_t ignore_unknown;
    };
    using CreateVm = std::int32_t (*)(void**, void**, void*);

    static void become_jvm(const std::string& java) {
        constexpr std::int32_t jni_1_8 = 0x00010008;
        const auto home = std::filesystem::canonical(java).parent_path().parent_path();
        void* library = dlopen((home / "lib/server/libjvm.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
        if (library == nullptr) _exit(127);
        const auto create = reinterpret_cast<CreateVm>(dlsym(library, "JNI_CreateJavaVM"));
        std::array<VmOption, 4> options{{{"-Xmx16m", nullptr},
                                         {"-XX:+UseSerialGC", nullptr},
                                         {"-XX:NativeMemoryTracking=summary", nullptr},
                                         {"-Xrs", nullptr}}};
        VmArguments arguments{jni_1_8, static_cast<std::int32_t>(options.size()), options.data(), 0};
        void* vm = nullptr;
        void* environment = nullptr;
        if (create == nullptr || create(&vm, &environment, &arguments) != 0) _exit(127);
    }

    // Neighbours have different protections, so that the kernel does not merge them.
    static void fill(std::size_t touched, std::size_t mappings) {
        const std::size_t each = touched / mappings / page_bytes * page_bytes;
        for (std::size_t i = 0; i < mappings; ++i) {
            const int protection = i % 2 == 0 ? PROT_READ | PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC;
            void* at = mmap(nullptr, each, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (at == MAP_FAILED) _exit(126);
            madvise(at, each, MADV_NOHUGEPAGE);
            for (std::size_t b = 0; b < each; b += page_bytes) static_cast<volatile char*>(at)[b] = 1;
        }
    }

    [[noreturn]] static void time_for_ever(Shared& shared) {
        constexpr std::size_t mapped = 16 * page_bytes;
        for (;;) {
            const auto begin = std::chrono::steady_clock::now();
            void* at = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (at == MAP_FAILED) _exit(126);
            *static_cast<volatile char*>(at) = 1;
            munmap(at, mapped);
            const std::chrono::duration<float, std::micro> took = std::chrono::steady_clock::now() - begin;
            const std::size_t next = shared.count;
            if (next < most_times) shared.microseconds.at(next) = took.count();
            shared.count = next + 1;
            const timespec pause{0, 500'000};
            nanosleep(&pause, nullptr);
        }
    }

    Shared* shared_ = nullptr;
    pid_t pid_ = -1;
};

}  // namespace nmtx::bench
