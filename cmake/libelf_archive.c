/* The archives libelf.a and libdw.a of elfutils 0.191 and 0.192 (Debian 13) lack these functions of their own (sourceware bug 32293): the trees of
   tsearch(3), whose root is the first member of what they are given, and a lock behind it. nmtx unwinds in one thread and uses libelf in one at a
   time, so they do without the lock. Compiled in only where the archives lack them. */
#define _GNU_SOURCE
#include <search.h>
#include <stddef.h>

struct search_tree {
    void *root;
};
typedef int compare_function(const void *, const void *);

void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));
void *eu_tsearch(const void *key, struct search_tree *tree, compare_function *compare);
void *eu_tfind(const void *key, struct search_tree *tree, compare_function *compare);
void *eu_tdelete(const void *key, struct search_tree *tree, compare_function *compare);
void eu_tdestroy(struct search_tree *tree, void (*free_node)(void *));

void eu_search_tree_init(struct search_tree *tree) { tree->root = NULL; }

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *)) { eu_tdestroy(tree, free_node); }

void *eu_tsearch(const void *key, struct search_tree *tree, compare_function *compare) {
    return tsearch(key, &tree->root, compare);
}

void *eu_tfind(const void *key, struct search_tree *tree, compare_function *compare) {
    return tfind(key, &tree->root, compare);
}

void *eu_tdelete(const void *key, struct search_tree *tree, compare_function *compare) {
    return tdelete(key, &tree->root, compare);
}

void eu_tdestroy(struct search_tree *tree, void (*free_node)(void *)) {
    tdestroy(tree->root, free_node);
    tree->root = NULL;
}
