// The JavaThreads of a JVM, by the id that the kernel gives their threads, and where each was last in Java:
// its JavaFrameAnchor, which HotSpot sets whenever a thread leaves Java code for native or VM code.
#pragma once

#include <optional>
#include <unordered_map>

#include "hotspot/vm/vm_layout.h"

namespace nmtx {

struct LastJavaFrame {
    Address sp, pc, fp;  // pc and fp may be null: then the word below sp is the pc
};

class JavaThreads {
  public:
    // Reads the whole list.
    JavaThreads(VmMemory& memory, const VmLayout& layout);

    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    // The JavaThreads, by their ids in the JVM's own pid namespace.
    [[nodiscard]] const std::unordered_map<std::uint64_t, Address>& all() const { return by_id_; }
    // `own_id`: the thread's id in the JVM's own pid namespace. Nothing where the thread is not Java's, or is
    // in Java code.
    std::optional<LastJavaFrame> last_frame(std::uint64_t own_id);

  private:
    void take(Address thread);

    VmMemory& memory_;
    const VmLayout& layout_;
    std::unordered_map<std::uint64_t, Address> by_id_;
};

}  // namespace nmtx
