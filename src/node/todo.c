#include "node/todo.h"

#include <string.h>

void todo_init(struct todo_list *list)
{
    memset(list, 0, sizeof *list);
    list->last = &list->first;
}

void todo_reset(struct todo_list *list)
{
    arena_reset(&list->arena);
    list->first = NULL;
    list->last = &list->first;
}

void todo_clear(struct todo_list *list)
{
    arena_clear(&list->arena);
    todo_init(list);
}

void *todo_room(struct todo_list *list, size_t size)
{
    void *room = arena_take(&list->arena, size);
    if (!room)
        list->out_of_memory = true;
    return room;
}

struct todo *todo_add(struct todo_list *list, enum todo_type type)
{
    static struct todo nowhere;
    struct todo *item = todo_room(list, sizeof *item);
    if (!item) {
        memset(&nowhere, 0, sizeof nowhere);
        return &nowhere;
    }
    memset(item, 0, sizeof *item);
    item->type = type;
    *list->last = item;
    list->last = &item->next;
    return item;
}
