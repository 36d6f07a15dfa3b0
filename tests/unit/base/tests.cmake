unit(base cursor)
