// main() of every program made of HEDDLE_CHECKs. Linked from libheddle_main.a if the program has no
// main() of its own.
extern "C" int heddle_check_main(int count, char** words);

int main(int count, char** words) { return heddle_check_main(count, words); }
