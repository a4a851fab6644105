wl_e() { printf '\n%s %s %s\n' "$wl_m" "$1" "$2"; printf '\n%s %s\n' "$wl_m" "$1" >&2; }
wl_e 0 "0 $(command -v printf)"
