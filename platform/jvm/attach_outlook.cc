#include "platform/jvm/attach_outlook.h"

#include <sys/stat.h>
#include <unistd.h>

#include "platform/jvm/attach_handshake.h"
#include "platform/jvm/attach_options.h"
#include "platform/proc/target_root.h"

namespace nmtx {

Expected<AttachOutlook> attach_outlook(const ProcessFiles& process) {
    const auto target = attach_target(process);
    if (!target) return tl::make_unexpected(target.error());
    if (::geteuid() != 0 && ::geteuid() != target->uid)
        return failure("", "a JVM answers its own user and root only", "run as the JVM's user or root");
    if (auto safe = check_survives_quit(process); !safe) return tl::make_unexpected(safe.error());
    if (auto can = check_can_answer(process); !can) return tl::make_unexpected(can.error());
    const auto tmp = open_below(target->root, "tmp");
    if (!tmp) return tl::make_unexpected(tmp.error());
    struct stat info{};
    const Descriptor socket = find_in(*tmp, socket_name_of(*target));
    if (socket && ::fstat(socket.get(), &info) == 0 && S_ISSOCK(info.st_mode)) return AttachOutlook{true};
    if (auto enabled = check_attach_enabled(process, *target); !enabled)
        return tl::make_unexpected(enabled.error());
    if (auto room = check_socket_can_be_made(process, *tmp, *target); !room)
        return tl::make_unexpected(room.error());
    return AttachOutlook{};
}

}  // namespace nmtx
