/* ui/attach_uv.h - a prompt in this process, to a node that another one runs.
 *
 * What is typed goes to the node through its control socket, and what it tells comes back as if
 * the node were here. What was told there while nobody looked is shown first, and what is shown
 * here counts as shown at the node. Leaving the prompt leaves the node running.
 */
#ifndef LTH_UI_ATTACH_UV_H
#define LTH_UI_ATTACH_UV_H

#include "ui/ui_uv.h"

struct attach_job {
    int node_fd;         /* connected to the node; closed in any case */
    struct ui_config ui; /* of kind UI_PROMPT */

    /* Whether a node that keeps its data there is the one that is meant; NULL: it is. */
    bool (*is_ours)(const char *data_dir);

    const char *for_start; /* as in struct options: refused */
};

/* Runs a loop of its own. False: nothing was said, because it is not that node, or there is no
 * memory for a loop. True with *status, an enum exit_status, at the end. */
bool attach_run(const struct attach_job *job, int *status);

#endif
