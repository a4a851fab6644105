wl_e() { printf '\036%s %s %s\n' "$wl_m" "$1" "$2"; printf '\036%s %s\n' "$wl_m" "$1" >&2; }
wl_k() {
  wl_c=
  case " $3 " in *" $2 "*) wl_c=1 ;; esac
  wl_e "$1" "$2"
}
wl_e 0 "0 $(command -v printf)"
