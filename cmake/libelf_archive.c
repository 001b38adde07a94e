/* The archive libelf.a of elfutils 0.191 and 0.192 (Debian 13) lacks these functions of its own (sourceware bug 32293). They keep raw chunks of
   a file, which nmtx never asks for: the tree of them stays as empty as libelf makes it. Compiled in only where the archive lacks them. */
#include <stdlib.h>

void eu_search_tree_init(void *tree);
void eu_search_tree_fini(void *tree, void (*free_node)(void *));
void *eu_tsearch(const void *key, void *tree, int (*compare)(const void *, const void *));
void *eu_tdelete(const void *key, void *tree, int (*compare)(const void *, const void *));

void eu_search_tree_init(void *tree) { (void)tree; }

void eu_search_tree_fini(void *tree, void (*free_node)(void *)) {
    (void)tree;
    (void)free_node;
}

void *eu_tsearch(const void *key, void *tree, int (*compare)(const void *, const void *)) {
    (void)key;
    (void)tree;
    (void)compare;
    abort();
}

void *eu_tdelete(const void *key, void *tree, int (*compare)(const void *, const void *)) {
    (void)key;
    (void)tree;
    (void)compare;
    abort();
}
