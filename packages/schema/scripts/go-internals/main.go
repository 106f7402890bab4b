// Prints how Go writes the types that all versions of a kind convert to: texts of errors show them, and nothing else does.
//
//	go run . > internals.json     in a module that requires k8s.io/kubernetes 1.34.4
//
// One JSON object, type ("core.PodSpec") → fields in order: [Go's name, member of the versioned type, kind of value]. A kind is
//
//	s i b q   text, number, truth, quantity, with the zero value where nothing is given
//	p         anything that is null where nothing is given, and otherwise written as in the versioned type
//	@T *@T    a type, a pointer to one;  [@T] {@T}  a list, a map of a type;  +@T  a type whose fields are written as if they were this type's
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/kubernetes/pkg/apis/apps"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/policy"
	"k8s.io/kubernetes/pkg/apis/storage"
)

type field [3]string

var found = map[string][]field{}

func nameOf(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	return parts[len(parts)-1] + "." + t.Name()
}

// Types that are written alike in all versions.
func isShared(t reflect.Type) bool {
	return !strings.HasPrefix(t.PkgPath(), "k8s.io/kubernetes/pkg/apis/")
}

func visit(internal, versioned reflect.Type) string {
	name := nameOf(internal)
	if _, known := found[name]; known {
		return name
	}
	found[name] = nil
	fields := []field{}
	for i := 0; i < internal.NumField(); i++ {
		one := internal.Field(i)
		if one.Name == "TypeMeta" {
			continue
		}
		if one.Anonymous && isShared(one.Type) {
			fields = append(fields, field{"", "metadata", "+p"})
			continue
		}
		if one.Anonymous {
			other, ok := versioned.FieldByName(one.Name)
			target := versioned
			if ok {
				target = other.Type
			}
			fields = append(fields, field{one.Name, "", "+@" + visit(one.Type, target)})
			continue
		}
		other, ok := versioned.FieldByName(one.Name)
		// Where versioned types have it elsewhere, it has the same name there.
		member := strings.ToLower(one.Name[:1]) + one.Name[1:]
		if ok {
			member = strings.Split(other.Tag.Get("json"), ",")[0]
		}
		var otherType reflect.Type
		if ok {
			otherType = other.Type
		}
		fields = append(fields, field{one.Name, member, kindOf(one.Type, otherType)})
	}
	found[name] = fields
	return name
}

func kindOf(t, versioned reflect.Type) string {
	bare := func(v reflect.Type) reflect.Type {
		for v != nil && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice || v.Kind() == reflect.Map) {
			v = v.Elem()
		}
		return v
	}
	structOf := func(inner reflect.Type) (string, bool) {
		if inner.Kind() != reflect.Struct || isShared(inner) {
			return "", false
		}
		other := bare(versioned)
		if other == nil || other.Kind() != reflect.Struct {
			other = inner
		}
		return "@" + visit(inner, other), true
	}
	switch t.Kind() {
	case reflect.Pointer:
		if name, ok := structOf(t.Elem()); ok {
			return "*" + name
		}
		return "p"
	case reflect.Slice:
		if name, ok := structOf(t.Elem()); ok {
			return "[" + name + "]"
		}
		return "p"
	case reflect.Map:
		if name, ok := structOf(t.Elem()); ok {
			return "{" + name + "}"
		}
		return "p"
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int32, reflect.Int64, reflect.Int, reflect.Float64:
		return "i"
	case reflect.Struct:
		if t.Name() == "Quantity" {
			return "q"
		}
		if t.Name() == "IntOrString" {
			return "x"
		}
		if name, ok := structOf(t); ok {
			return name
		}
		return "p"
	}
	return "p"
}

func main() {
	for _, pair := range [][2]any{
		{core.PodTemplateSpec{}, corev1.PodTemplateSpec{}},
		{core.PersistentVolumeSpec{}, corev1.PersistentVolumeSpec{}},
		{core.PersistentVolumeClaimSpec{}, corev1.PersistentVolumeClaimSpec{}},
		{batch.JobSpec{}, batchv1.JobSpec{}},
		{apps.DaemonSetUpdateStrategy{}, appsv1.DaemonSetUpdateStrategy{}},
		{apps.StatefulSetUpdateStrategy{}, appsv1.StatefulSetUpdateStrategy{}},
		{policy.PodDisruptionBudgetSpec{}, policyv1.PodDisruptionBudgetSpec{}},
		{storage.VolumeAttachmentSpec{}, storagev1.VolumeAttachmentSpec{}},
	} {
		visit(reflect.TypeOf(pair[0]), reflect.TypeOf(pair[1]))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(found)
}
