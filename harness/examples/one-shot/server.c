/* A file server. Every client gets a process of its own. */
#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_file_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static void send_list(FILE *out)
{
    char names[64][256];
    int count = 0;
    DIR *folder = opendir(".");
    for (struct dirent *entry; folder && (entry = readdir(folder)) && count < 64;)
        if (is_file_name(entry->d_name))
            snprintf(names[count++], sizeof names[0], "%s", entry->d_name);
    if (folder)
        closedir(folder);
    fprintf(out, "FILES %d\n", count);
    for (int i = 0; i < count; i++)
        fprintf(out, "%s\n", names[i]);
}

static void receive_upload(FILE *in, FILE *out, const char *name, long size)
{
    FILE *file = fopen(name, "wb");
    if (!file) {
        fprintf(out, "ERROR cannot write\n");
        return;
    }
    fprintf(out, "READY\n");
    fflush(out);
    long left = size;
    for (int byte; left > 0 && (byte = getc(in)) != EOF; left--)
        putc(byte, file);
    fclose(file);
    if (left == 0)
        fprintf(out, "STORED %ld\n", size);
}

static void send_download(FILE *out, const char *name)
{
    struct stat found;
    FILE *file = fopen(name, "rb");
    if (!file || fstat(fileno(file), &found) != 0) {
        fprintf(out, "ERROR no such file\n");
        return;
    }
    fprintf(out, "SIZE %ld\n", (long)found.st_size);
    for (int byte; (byte = getc(file)) != EOF;)
        putc(byte, out);
    fclose(file);
}

static void serve(int connection)
{
    FILE *in = fdopen(connection, "rb"), *out = fdopen(dup(connection), "wb");
    char line[512], name[256];
    long size;
    while (fgets(line, sizeof line, in)) {
        if (strcmp(line, "LIST\n") == 0)
            send_list(out);
        else if (sscanf(line, "UPLOAD %255s %ld", name, &size) == 2 && is_file_name(name))
            receive_upload(in, out, name, size);
        else if (sscanf(line, "DOWNLOAD %255s", name) == 1 && is_file_name(name))
            send_download(out, name);
        else
            fprintf(out, "ERROR unknown command\n");
        fflush(out);
    }
    fclose(out);
    fclose(in);
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 5001, yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0) {
        perror("listen");
        return 1;
    }
    signal(SIGCHLD, SIG_IGN);
    mkdir("stored", 0755);
    if (chdir("stored") != 0)
        return 1;
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        if (fork() == 0) {
            close(listener);
            serve(connection);
            exit(0);
        }
        close(connection);
    }
}
