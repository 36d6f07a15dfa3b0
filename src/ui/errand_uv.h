/* ui/errand_uv.h - one command of a shell, from a connected socket to its exit status. */
#ifndef LTH_UI_ERRAND_UV_H
#define LTH_UI_ERRAND_UV_H

#include "ui/shell.h"

struct errand_job {
    const struct shell *shell;
    int node_fd; /* connected to the node; closed in any case */
    int in_fd, out_fd;
    bool for_people; /* a terminal reads it; else rows are printed. --json is the shell's */
    bool color;
};

/* Runs a loop of its own; an enum exit_status (ui/exit_status.h). SIGPIPE must be ignored; SIGINT
 * is taken until it returns. */
int errand_run(const struct errand_job *job);

#endif
