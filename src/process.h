/* process.h - what a process must be before it opens a file or holds a key. */
#ifndef LTH_PROCESS_H
#define LTH_PROCESS_H

/* Opens /dev/null where a standard stream is closed: else its number would go to the first file
 * that we open, the store's. Before anything is opened. */
void process_fill_streams(void);

/* Keys and texts stay out of core files and other processes' reach; a reader that goes away ends
 * nothing; as many files may be open as the system allows. */
void process_seal(void);

#endif
