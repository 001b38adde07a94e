// Our client of HotSpot's attach protocol, version 1, which every JDK supports: one connection per question,
// one question at a time. Source: HotSpot src/hotspot/os/posix/attachListener_posix.cpp; the JDK's own
// client is VirtualMachineImpl.java.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/jvm/attach_handshake.h"
#include "platform/jvm/attach_keeper.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct AttachReply {
    int rc = 0;        // 0: the command ran; otherwise `text` says why not
    std::string text;  // without the line of the return code
    double took_ms = 0;
};

// Limit for all answers to one client. A dump of ten thousand threads has 15 MiB.
inline constexpr std::size_t most_answer_bytes = std::size_t{128} << 20U;

class AttachClient {
  public:
    // `process` must outlive the client.
    static Expected<AttachClient> open(const ProcessFiles& process);
    AttachClient(const ProcessFiles& process, AttachTarget target)
        : process_(&process), target_(std::move(target)) {}

    // Runs one diagnostic command ("VM.native_memory summary scale=b"). `timeout` bounds the total time of
    // all questions of this client, from the first one's handshake to the last byte of the last answer. An
    // Error means that the JVM cannot be asked, or no longer; further questions would fail too.
    Expected<AttachReply> ask(std::string_view command, std::chrono::milliseconds timeout);
    // After that, asking fails within about 50 ms.
    void give_up_at(std::stop_token stop) { stop_ = std::move(stop); }
    // For tests.
    void keep_trigger_for(std::chrono::milliseconds time) { trigger_stays_ = time; }
    void take_at_most(std::size_t bytes) { bytes_left_ = most_bytes_ = bytes; }

  private:
    using Deadline = std::chrono::steady_clock::time_point;
    struct Handshake {
        TriggerFile trigger;
        AttachKeeper keeper;
    };
    Expected<Descriptor> connect(Deadline deadline);
    Expected<std::optional<Descriptor>> try_connect(Deadline deadline);
    [[nodiscard]] Expected<Descriptor> open_socket_file() const;
    [[nodiscard]] Expected<void> check_peer(const Descriptor& socket) const;
    [[nodiscard]] Expected<void> check_would_listen() const;
    Expected<Descriptor> start_listener(Deadline deadline);
    Expected<Descriptor> wait_for_listener(Handshake& handshake, Deadline deadline);
    Expected<std::string> exchange(const Descriptor& socket, std::string_view request, Deadline deadline);
    [[nodiscard]] tl::unexpected<Error> no_answer() const;
    [[nodiscard]] bool wait_for(int fd, short events, Deadline deadline) const;
    [[nodiscard]] std::string timeout_text() const;
    [[nodiscard]] std::string what_to_try() const;
    [[nodiscard]] std::string name() const { return "pid " + std::to_string(process_->pid()); }
    [[nodiscard]] std::string socket_path() const;

    const ProcessFiles* process_;
    AttachTarget target_;
    Descriptor tmp_;
    std::chrono::milliseconds timeout_{};
    bool refused_ = false;                         // by an existing socket file, at the last try
    std::chrono::steady_clock::duration spent_{};  // on all questions so far
    std::size_t most_bytes_ = most_answer_bytes;   // limit for all answers together
    std::size_t bytes_left_ = most_answer_bytes;
    unsigned answers_ = 0;
    std::chrono::milliseconds trigger_stays_ = trigger_stays;
    std::stop_token stop_;
    bool signalled_ = false;  // at most one handshake: SIGQUIT without its trigger file means a thread dump
};

}  // namespace nmtx
