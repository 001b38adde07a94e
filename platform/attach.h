// Our client of HotSpot's attach protocol, version 1, which every JDK speaks: one connection for each
// question, one question at a time. Source: HotSpot src/hotspot/os/posix/attachListener_posix.cpp; the JDK's
// own client is VirtualMachineImpl.java.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/attach_handshake.h"
#include "platform/descriptor.h"
#include "platform/process_files.h"

namespace nmtx {

struct AttachReply {
    int rc = 0;        // 0: the command ran; otherwise `text` says why not
    std::string text;  // without the line of the return code
    double took_ms = 0;
};

class AttachClient {
  public:
    // `process` must live as long as the client.
    static Expected<AttachClient> open(const ProcessFiles& process);
    AttachClient(const ProcessFiles& process, AttachTarget target)
        : process_(&process), target_(std::move(target)) {}

    // Asks for one diagnostic command ("VM.native_memory summary scale=b"). `timeout` bounds everything, from
    // the handshake that the first question may need to the last byte. An Error means that the JVM cannot be
    // asked, or can no longer be; asking on is then of no use.
    Expected<AttachReply> ask(std::string_view command, std::chrono::milliseconds timeout);
    // Asking then fails within some 50 ms.
    void give_up_at(std::stop_token stop) { stop_ = std::move(stop); }

  private:
    using Deadline = std::chrono::steady_clock::time_point;
    Expected<Descriptor> connect(Deadline deadline);
    Expected<std::optional<Descriptor>> try_connect(Deadline deadline);
    [[nodiscard]] Expected<Descriptor> open_socket_file() const;
    [[nodiscard]] Expected<void> check_peer(const Descriptor& socket) const;
    Expected<Descriptor> start_listener(Deadline deadline);
    [[nodiscard]] Expected<std::string> exchange(const Descriptor& socket, std::string_view request,
                                                 Deadline deadline) const;
    [[nodiscard]] tl::unexpected<Error> no_answer() const;
    [[nodiscard]] bool wait_for(int fd, short events, Deadline deadline) const;
    [[nodiscard]] std::string timeout_text() const;
    [[nodiscard]] std::string name() const { return "pid " + std::to_string(process_->pid()); }
    [[nodiscard]] std::string socket_path() const;

    const ProcessFiles* process_;
    AttachTarget target_;
    Descriptor tmp_;
    std::chrono::milliseconds timeout_{};
    std::stop_token stop_;
    bool signalled_ = false;  // at most one handshake: SIGQUIT without its trigger file means a thread dump
};

}  // namespace nmtx
