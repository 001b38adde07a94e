// Whether a JVM can make its attach socket in its /tmp is told before it is asked.
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "catch.h"
#include "platform/child.h"
#include "platform/jvm/attach_handshake.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

Descriptor directory_at(const std::string& path) {
    return Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

AttachTarget target_of(const ProcessFiles& process) {
    return {process.pid(), ::geteuid(), ::getegid(), process.path("root"), process.path("cwd")};
}

// Empty where it can.
std::string why_not(const Child& jvm, const std::string& tmp) {
    const auto process = ProcessFiles::open(jvm.pid());
    const auto can =
        check_socket_can_be_made(*process, directory_at(process->path("root") + tmp), target_of(*process));
    return can ? "" : can.error().what;
}

}  // namespace

TEST_CASE("attach place: what the owner, the group and the mode of /tmp allow the JVM's user") {
    if (::geteuid() != 0) {
        WARN("not run as root: what another user may write is not tested");
        return;
    }
    const TemporaryDirectory directory;
    const Child jvm([](auto ready) {
        const gid_t group = 4242;
        if (::setgroups(1, &group) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(1);
        ready();
    });
    REQUIRE(jvm.ready());
    const std::string tmp = directory.path().string();
    const auto can = [&](uid_t owner, gid_t group, mode_t mode) {
        REQUIRE(::chown(tmp.c_str(), owner, group) == 0);
        REQUIRE(::chmod(tmp.c_str(), mode) == 0);
        return why_not(jvm, tmp).empty();
    };
    CHECK(can(0, 0, 01777));
    CHECK_FALSE(can(0, 0, 0755));
    CHECK(can(65534, 0, 0700));
    CHECK_FALSE(can(65534, 0, 0577));
    CHECK(can(0, 65534, 0770));
    CHECK(can(0, 4242, 0770));
    CHECK_FALSE(can(0, 4243, 0770));
    CHECK_FALSE(can(0, 4242, 0747));
    CHECK(why_not(jvm, tmp) == "cannot be written by the JVM's user: it cannot make its attach socket there");
}

TEST_CASE("attach place: a read-only /tmp, and one without a free inode; a full one has room for a socket") {
    struct Case {
        const char* options;
        bool read_only;
        std::string why;
    };
    const Case cases[] = {
        {"", false, ""},
        {"", true, "is mounted read-only: the JVM cannot make its attach socket there"},
        // Its root directory takes one.
        {"nr_inodes=1", false, "has no free inodes: the JVM cannot make its attach socket there"},
        {"nr_inodes=0", false, ""},  // as many as it takes
        {"size=4k", false, ""},
    };
    for (const Case& one : cases) {
        const TemporaryDirectory directory;
        const std::string tmp = directory.path().string();
        const Child jvm([&](auto ready) {
            if (::unshare(CLONE_NEWNS) != 0 ||
                ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                ::mount("none", tmp.c_str(), "tmpfs", 0, one.options) != 0)
                ::_exit(1);
            write_text(tmp + "/full", std::string(8192, 'x'));
            if (one.read_only && ::mount(nullptr, tmp.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
                ::_exit(1);
            ready();
        });
        if (!jvm.ready()) {
            WARN("mounting is not allowed here: a read-only and a full /tmp are not tested");
            return;
        }
        CAPTURE(one.options, one.read_only);
        CHECK(why_not(jvm, tmp) == one.why);
    }
}
