# Puts what `wl_in` prints at a path, whole or not at all. In front stand d (the path), z (how many bytes come, or empty
# where they cannot be cut short), n (a name nobody can guess), k (the folder for temporary files), m, o, g (mode, owner,
# group, or empty), and u (the umask that leaves mode m, if one does). The last line printed is `replaced`, or
# `in place: WHY`.
[ -n "$m" ] || was=$(umask)
umask 077
t= own= how= open= mode= uid= gid= new=
drop() {
  [ -z "$t" ] || rm -f -- "$t"
  if [ -n "$own" ]; then cd .. && rmdir -- "$n"; fi
}
fail() { printf '%s\n' "$1" >&2; drop 2>/dev/null; exit 1; }
trap 'drop 2>/dev/null; exit 1' HUP INT TERM
make() { set -C; { true >"$1"; } 2>/dev/null; r=$?; set +C; return $r; }

case $d in */) fail "this is the path of a folder: add the file's name" ;; esac
[ ! -d "$d" ] || fail "this is a folder: add the file's name"
case $d in */*) p=${d%/*}; [ -n "$p" ] || p=/ ;; *) p=. ;; esac
[ -d "$p" ] || fail "there is no folder $p: make it first"
to=$d

l=$(ls -ld -- "$p/.") || fail "the folder $p cannot be looked at"
case ${l%% *} in ????????w*) open=1 ;; *+) u= ;; esac
if [ -L "$d" ]; then
  # A link in a folder that everybody can write may be anybody's: it is replaced, not followed.
  [ -n "$open" ] || how='it is a link'
elif [ -f "$d" ]; then
  l=$(ls -ldn -- "$d") || fail "the file cannot be looked at"
  x=${l%% *}
  case $x in *+) how='it has an access list' ;; esac
  x=${x#?} v=0 b=0 i=0
  while [ "$i" -lt 9 ]; do
    c=${x%"${x#?}"} x=${x#?}
    v=$((v * 2))
    case $c in [rwxst]) v=$((v + 1)) ;; esac
    case $i$c in 2[sS]) b=$((b + 4)) ;; 5[sS]) b=$((b + 2)) ;; 8[tT]) b=$((b + 1)) ;; esac
    i=$((i + 1))
  done
  mode=$b$((v / 64))$((v / 8 % 8))$((v % 8))
  ids() { uid=$3 gid=$4; }
  ids $l
elif [ -e "$d" ]; then
  how='it is no regular file'
fi

# A new file is as its umask leaves it; with an owner to come it is private until then.
if [ -n "$u" ] && [ -z "$mode$how$open$o$g" ]; then
  umask "$u"
  m=
  new=1
fi

if [ -n "$how" ]; then
  make "$k/$n" || fail "there is no room for temporary files in $k"
  t=$k/$n
elif [ -n "$open" ]; then
  # Nobody else reaches into a folder of our own, even where everybody can write around it.
  mkdir -- "$p/$n" || fail "files cannot be made in $p"
  cd -- "$p/$n" && [ -O . ] || fail "files cannot be made safely in $p"
  own=1 t=./file to=../${d##*/}
  make "$t" || fail "files cannot be made in $p"
elif make "$p/.$n"; then
  t=$p/.$n
elif [ -f "$d" ] && [ -w "$d" ] && make "$k/$n"; then
  how='no files can be made in its folder' t=$k/$n
else
  fail "files cannot be made in $p"
fi

wl_in >"$t" || fail "it could not be written"
if [ -n "$z" ]; then
  c=$(wc -c <"$t")
  [ "$((c))" -eq "$z" ] || fail "only $((c)) of $z bytes arrived"
fi

# Owner, then mode (a new owner takes set-id bits away), of the file $1.
become() {
  if [ -n "$o$g" ]; then chown -h -- "$o${g:+:$g}" "$1" || fail "its owner could not be set"; fi
  if [ -n "$m" ]; then chmod -- "$m" "$1" || fail "its mode could not be set"; fi
}
in_place() {
  if [ ! -L "$to" ]; then become "$to"
  elif [ -n "$m" ]; then chmod -- "$m" "$to" || fail "its mode could not be set"
  fi
  cat <"$t" >"$to" || fail "it could not be written"
  drop
  printf 'in place: %s\n' "$how"
  exit 0
}
[ -z "$how" ] || in_place

if [ -n "$mode" ]; then
  mine() { [ "$3" = "$uid" ] && [ "$4" = "$gid" ]; }
  # A file keeps its owner; where that cannot be given to another file, the file itself is kept.
  if [ -z "$o$g" ] && ! mine $(ls -ldn -- "$t") && ! chown -- "$uid:$gid" "$t" 2>/dev/null; then
    [ -w "$to" ] || fail "it belongs to user $uid and group $gid, who cannot be kept: write it as root, or give an owner"
    how='its owner cannot be given to another file'
    in_place
  fi
  if [ -n "$o$g" ]; then o=${o:-$uid} g=${g:-$gid}; fi
  m=${m:-$mode}
elif [ -z "$m$new" ]; then
  (umask "$was" && chmod =rw "$t") || fail "its mode could not be set"
fi
become "$t"
mv -f -- "$t" "$to" 2>/dev/null || e=$(LC_ALL=C mv -f -- "$t" "$to" 2>&1) || {
  if [ -n "$open" ] || [ ! -f "$to" ] || [ -L "$to" ]; then fail "it could not be replaced: ${e##*: }"; fi
  how="it cannot be replaced (${e##*: })"
  in_place
}
t=
drop
echo replaced
