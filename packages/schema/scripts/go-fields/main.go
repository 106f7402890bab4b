// Prints how the Go types of the built-in kinds write their members: what OpenAPI does not say.
//
//	go run . > fields.json     in a module that requires k8s.io/client-go, apiextensions-apiserver and kube-aggregator 0.34.4
//
// One JSON object, type ("core.v1.PodSpec") → { "omitted": members left out when they are zero, "named": member → its named Go type, "times": times that
// are no pointers, "order": members in the order of the fields, where that is not the order of their names }.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type facts struct {
	Omitted []string          `json:"omitted,omitempty"`
	Named   map[string]string `json:"named,omitempty"`
	Times   []string          `json:"times,omitempty"`
	Order   []string          `json:"order,omitempty"`
}

var found = map[string]facts{}

func nameOf(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	if len(parts) < 2 || t.Name() == "" {
		return ""
	}
	return parts[len(parts)-2] + "." + parts[len(parts)-1] + "." + t.Name()
}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		visit(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	name := nameOf(t)
	if _, known := found[name]; known || !strings.HasPrefix(t.PkgPath(), "k8s.io/") || t.Name() == "Quantity" {
		return
	}
	found[name] = facts{}
	entry := facts{Named: map[string]string{}}
	members(t, &entry)
	if sort.StringsAreSorted(entry.Order) {
		entry.Order = nil
	}
	found[name] = entry
}

func members(t reflect.Type, entry *facts) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		tag := strings.Split(field.Tag.Get("json"), ",")
		if field.Anonymous && tag[0] == "" && field.Type.Kind() == reflect.Struct {
			members(field.Type, entry)
			continue
		}
		if tag[0] == "" || tag[0] == "-" {
			continue
		}
		entry.Order = append(entry.Order, tag[0])
		visit(field.Type)
		switch field.Type.Kind() {
		case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
			if len(tag) > 1 && tag[1] == "omitempty" {
				entry.Omitted = append(entry.Omitted, tag[0])
			}
		}
		isBytes := field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Uint8
		if isBytes && len(tag) > 1 && tag[1] == "omitempty" {
			entry.Omitted = append(entry.Omitted, tag[0])
		}
		if field.Type.PkgPath() == "k8s.io/apimachinery/pkg/apis/meta/v1" && !strings.Contains(field.Tag.Get("json"), "omitzero") && (field.Type.Name() == "Time" || field.Type.Name() == "MicroTime") {
			entry.Times = append(entry.Times, tag[0])
		}
		value := field.Type
		for value.Kind() == reflect.Pointer || value.Kind() == reflect.Slice && value.Name() == "" {
			value = value.Elem()
		}
		if value.PkgPath() != "" && value.Kind() != reflect.Struct && value.Kind() != reflect.Interface {
			entry.Named[tag[0]] = value.String()
		}
	}
}

func main() {
	_ = apiextensions.AddToScheme(scheme.Scheme)
	_ = apiregistration.AddToScheme(scheme.Scheme)
	for _, t := range scheme.Scheme.AllKnownTypes() {
		visit(t)
	}
	_ = json.NewEncoder(os.Stdout).Encode(found)
}
