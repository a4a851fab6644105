# Ends a process and all that came from it: its descendants, whatever session they are in, and its process group.
# Variables p (its pid) and s (when it started, as /proc tells, or empty) stand in front. Prints what would not end.
list() {
  if [ -r /proc/self/stat ]; then
    for f in /proc/[0-9]*/stat; do
      l=
      while IFS= read -r x || [ -n "$x" ]; do l="$l $x"; done 2>/dev/null <"$f"
      i=${f#/proc/}
      one "${i%/stat}" ${l##*) }
    done
  else
    ps -A -o pid= -o ppid= -o pgid=
  fi
}
one() {
  [ "${2-Z}" = Z ] || [ "$2" = X ] || echo "$1 $3 $4 ${21}"
}
# Adds to t whatever came from a process in t, and sets a to those of t that are alive.
look() {
  all=$(list)
  grew=1
  while [ -n "$grew" ]; do
    grew= a=
    while read -r pid parent group start; do
      [ -n "$pid" ] || continue
      if [ "$pid" = "$p" ] && [ -n "$s" ] && [ -n "$start" ] && [ "$start" != "$s" ]; then exit 0; fi
      case $t in
        *" $pid "*) a="$a $pid" ;;
        *" $parent "*) t="$t$pid " grew=1 ;;
        *) if [ "$group" = "$p" ]; then t="$t$pid " grew=1; fi ;;
      esac
    done <<E
$all
E
  done
}
signal() { for q in $a; do kill "-$1" "$q" 2>/dev/null; done; }
t=" $p "
look
signal TERM
n=0
while [ "$n" -lt 50 ]; do
  look
  [ -n "$a" ] || exit 0
  [ "$n" -lt 25 ] || signal KILL
  sleep 0.1 2>/dev/null || { sleep 1; n=$((n+9)); }
  n=$((n+1))
done
echo $a
