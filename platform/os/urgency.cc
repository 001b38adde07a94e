#include "platform/os/urgency.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace nmtx {
namespace {

id_t own_tid() {
    return static_cast<id_t>(::syscall(SYS_gettid));
}

}  // namespace

Urgency::Urgency() {
    policy_ = ::sched_getscheduler(0);
    if (policy_ < 0 || ::sched_getparam(0, &parameters_) != 0) return;
    sched_param first{};
    first.sched_priority = ::sched_get_priority_min(SCHED_FIFO);
    // A child that is made meanwhile is ordinary.
    real_time_ = ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) == 0;
    if (real_time_) return;
    errno = 0;
    const int nice = ::getpriority(PRIO_PROCESS, own_tid());
    if (errno == 0 && ::setpriority(PRIO_PROCESS, own_tid(), -20) == 0) nice_ = nice;
}

Urgency::~Urgency() {
    if (real_time_) ::sched_setscheduler(0, policy_, &parameters_);
    if (nice_) ::setpriority(PRIO_PROCESS, own_tid(), *nice_);
}

}  // namespace nmtx
