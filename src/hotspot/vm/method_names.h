// Names of methods and the lines of their source, from a JVM's metadata.
//
//   Method ─► ConstMethod: code size, index of the name, bytecodes, line numbers
//                  └─► ConstantPool: entries, holder ─► Klass ─► Symbol "java/lang/Thread"
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "hotspot/vm/scopes.h"

namespace nmtx {

struct MethodName {
    std::string name;        // "java.lang.Thread.sleep"; of hidden classes "a.B$$Lambda/0x00007f….run"
    std::string source;      // "Thread.java"; empty where the class does not tell
    Range bytecodes;         // empty for native and abstract methods
    bool has_lines = false;  // behind the bytecodes
};

class MethodNames {
  public:
    MethodNames(VmMemory& memory, const VmLayout& layout) : memory_(memory), layout_(layout) {}

    // Null where there is no method: what leads from it to its names must hold in every step. Valid as long
    // as this.
    const MethodName* find(Address method);
    void clear() { known_.clear(); }
    // 0 where none is known.
    int line_of(const MethodName& method, int bci);
    // A Symbol's text, and that of an entry of a constant pool, in UTF-8; nothing where there is none.
    std::optional<std::string> symbol(Address at);
    std::optional<std::string> pool_symbol(Address pool, std::uint64_t index);

  private:
    std::optional<MethodName> read(Address method);

    VmMemory& memory_;
    const VmLayout& layout_;
    std::unordered_map<std::uint64_t, std::optional<MethodName>> known_;
};

}  // namespace nmtx
