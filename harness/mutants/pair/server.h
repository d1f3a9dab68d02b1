/* The sound server in C. A program that defines one of these functions itself replaces it: all are weak in server.c. */

#ifndef PAIR_SERVER_H
#define PAIR_SERVER_H

#include <stddef.h>

#define PORT 5001
#define FOLDER "server-files"
#define LINE_MAX_BYTES 1024

/* The listening socket. */
int listen_at(unsigned short port);

/* Accepts and serves for ever. */
void serve_all(int listener);

/* Serves one client until it leaves, and closes. */
void serve(int client);

/* Answers one request, without its line end. */
void answer(int client, char *request);

/* The client went without EXIT. */
void meet_end_of_stream(int client);

void answer_list(int client);
void answer_download(int client, const char *name);
void answer_exit(int client);

/* Receives a file whole: 0, or -1 at the end of the stream. */
int receive(int client, char *content, size_t size);

void store(const char *name, const char *content, size_t size);

/* 0, or -1 if it is gone. */
int write_all(int client, const void *bytes, size_t size);
int write_line(int client, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes of the next line without its end, or -1 at the end of the stream. */
int read_line(int client, char line[LINE_MAX_BYTES]);

/* Reads until the client has closed. */
void read_to_end(int client);

#endif
