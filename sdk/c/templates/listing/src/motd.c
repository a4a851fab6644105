/* An inventory: the servers of a cloud. */

#include <windlass_reach.h>

static void hosts(wl_call *call, const char *zone) {
  const char *url = wl_format("https://api.example.org/servers?zone=%s", zone);
  wl_answer answer = wl_fetch(call, url, wl_set(wl_object(), "accept", wl_string("application/json")));
  const wl_json *servers = wl_answer_json(call, &answer);
  for (size_t i = 0; i < wl_count(servers); i++) {
    const wl_json *server = wl_item(servers, i);
    wl_json *address = wl_string(wl_text(wl_member(server, "address"), NULL));
    wl_json *groups = wl_push(wl_array(), wl_string("cloud"));
    wl_add_host(call, wl_text(wl_member(server, "name"), ""), wl_set(wl_object(), "ssh_hostname", address), groups);
  }
}

const wl_inventory_source windlass_inventory = {hosts};
