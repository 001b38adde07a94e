// What a JVM's memory says of its Java threads: name, state, and what a compiler compiles. Nobody is asked,
// and nothing stands still.
//
// A name is believed if it was the same in two readings that were made anew from the list of threads down,
// and if no collection that moves objects had begun or was under way in between.
// Source: HotSpot src/hotspot/share/classfile/javaClasses.hpp (JavaThreadStatus), runtime/thread.hpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hotspot/vm/java_objects.h"
#include "hotspot/vm/java_threads.h"

namespace nmtx {

struct ToldThread {
    std::uint64_t id = 0;             // in the JVM's own pid namespace
    std::optional<std::string> name;  // UTF-8
    std::string state;                // as Thread.print has it: "TIMED_WAITING (sleeping)"; empty: not known
    std::string compiling;            // "com.acme.Ledger.post, level 4"; empty: nothing, or not known
};

// "WAITING (parking)" of Thread.threadStatus; empty for a number that is none.
std::string_view java_state_of(std::uint64_t thread_status);

class ThreadNamesInHeap {
  public:
    // `heap`: null where objects cannot be read: then ids are all. `wait`: lets some time pass, false where
    // none is left; it is asked while a collection is under way. All must outlive it.
    ThreadNamesInHeap(VmMemory& memory, const VmLayout& vm, const HeapLayout* heap,
                      std::function<bool()> wait);

    // By their ids.
    std::vector<ToldThread> read();

  private:
    struct Collections {
        std::uint64_t count = 0;
        friend bool operator==(const Collections&, const Collections&) = default;
    };
    using Batch = std::vector<std::pair<std::uint64_t, Address>>;
    std::optional<Collections> collections();
    std::vector<ToldThread> read_batch(const Batch& batch);
    std::vector<ToldThread> read_once(const Batch& batch);
    ToldThread read_thread(std::uint64_t id, Address thread);
    std::optional<Address> thread_object(Address thread);
    std::string compiling(Address thread);

    VmMemory& memory_;
    const VmLayout& vm_;
    const HeapLayout* heap_;
    std::function<bool()> wait_;
    MethodNames names_;
    std::optional<JavaObjects> objects_;
    std::size_t name_bytes_ = 0;
};

}  // namespace nmtx
