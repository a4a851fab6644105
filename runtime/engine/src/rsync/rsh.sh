# What rsync runs to reach the host: sh rsh.sh FOLDER HOST WORD…
# Its pipes are opened before its words are told: whoever has read those may read and write.
folder=$1
shift 2
exec 3>"$folder/up" 4<"$folder/down" 5<&0
{
    printf '%s\0' "$#"
    for word; do printf '%s\0' "$word"; done
} >"$folder/words"
cat <&5 >&3 4<&- &
exec 3>&- 5<&- </dev/null
# It ends with the host's rsync, whatever is still to be said to that.
cat <&4
kill $! 2>/dev/null
exit "$(cat "$folder/status")"
