#include "platform/symbols/symbol_name.h"

#include "catch.h"

using namespace nmtx;

namespace {

// void f(A, B<A, A>, C<B<A, A>, B<A, A>>, …): each parameter twice as long as the one before.
std::string doubling(int times) {
    std::string name = "_Z1f1A1BIS_S_E";
    for (int i = 0; i < times; ++i) {
        const int last = i + 1;
        const std::string digit(1, static_cast<char>(last < 10 ? '0' + last : 'A' + last - 10));
        name += "S0_IS" + digit + "_S" + digit + "_E";
    }
    return name;
}

}  // namespace

TEST_CASE("symbol name: C++ is demangled, the vtable named by its class, C left alone") {
    CHECK(readable_symbol("_ZTV10SessionObj") == "vtable for SessionObj");
    CHECK(readable_symbol("_ZL4kind") == "kind");
    CHECK(readable_symbol("_ZN7rocksdb10BlockCache6InsertEm") ==
          "rocksdb::BlockCache::Insert(unsigned long)");
    CHECK(readable_symbol("_ZTVNSt6locale5facetE") == "vtable for std::locale::facet");
    CHECK(readable_symbol("_ZTV3MapISt6vectorIiSaIiEEE") ==
          "vtable for Map<std::vector<int, std::allocator<int> > >");
    CHECK(readable_symbol("inflate") == "inflate");
    CHECK(readable_symbol("i") == "i");
    CHECK(readable_symbol("_Zwrong") == "_Zwrong");
    CHECK(names_vtable("_ZTV10SessionObj"));
    CHECK_FALSE(names_vtable("_ZTS10SessionObj"));
    CHECK_FALSE(names_vtable("TV"));
}

TEST_CASE("symbol name: the version that a linker writes behind a name is left out") {
    CHECK(readable_symbol("malloc@@GLIBC_2.2.5") == "malloc");
    CHECK(readable_symbol("_ZTV10SessionObj@V1") == "vtable for SessionObj");
    CHECK(readable_symbol("@@") == "");
}

TEST_CASE("symbol name: a short name that stands for gigabytes stays mangled") {
    CHECK(readable_symbol(doubling(3)).starts_with("f(A, B<A, A>"));
    for (const int times : {14, 20, 30}) {
        CAPTURE(times);
        CHECK(readable_symbol(doubling(times)) == doubling(times));
    }
    // A pack of ten in a pattern that expands it again and again.
    std::string packs = "_Z1fIJiiiiiiiiiiEEv";
    for (int i = 0; i < 60; ++i) packs += "DpT_";
    CHECK(readable_symbol(packs) == packs);
}

TEST_CASE("symbol name: names without end are cut") {
    const std::string longest(longest_symbol_name, 'x');
    CHECK(readable_symbol(longest) == longest);
    CHECK(readable_symbol(longest + "y") == longest + "…");
    CHECK(readable_symbol("_Z" + std::string(2000, 'N')).size() ==
          longest_symbol_name + std::string("…").size());
}

TEST_CASE("symbol name: what would move a terminal's cursor is made harmless") {
    CHECK(readable_symbol("a\033[2Jb") == "a?[2Jb");
    CHECK(readable_symbol("a\xff\xfe") == "a??");
    CHECK(readable_symbol("new\nline") == "new?line");
}
