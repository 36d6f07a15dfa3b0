/* The prompt by hand, without a node. */
#include "prompt_driver.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    return prompt_driver_run(argc > 1 ? strtoull(argv[1], NULL, 10) : 1000);
}
